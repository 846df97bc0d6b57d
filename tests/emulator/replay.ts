// Asks the emulator what a charm asked a controller of Juju 4.0.14 (recordings/README.md): the same lines in the same order, on a model
// like that one; and tells where the answers differ.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zip } from '../../scripts/archive.ts'
import { type Model, openModel } from './index.ts'
import { replayEndings } from './replay-endings.ts'
import { dispatch, type Printed, printed, teach } from './probe.ts'
import { type RecordedAction, recordedActions, type RecordedCall } from './recorded.ts'

/** What the operator did before the first action of a situation. */
const operator: Readonly<Record<string, (model: Model) => void>> = {
  'relation lines a/2 out': (model) => void model.integrate('a:out', 'b:in'),
  'config to empty': (model) => model.config('a', { 's-default': '' }),
}
export const folderOfProbe = '/var/lib/fid'
const last = 'denied before the grant, then granted'
/** Its action ran before the hooks that the one before it brought. */
const atOnce = new Set(['relation lines a/0 peers'])
/** About what a hook did that the controller's charm ran and this one does not. */
const passedOver = new Set(['action outcomes', 'hook fails once', 'add unit'])

export async function replay(
  options: Pick<Parameters<typeof openModel>[0], 'etcd' | 'cache'>,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'))
  try {
    const archive = await packFid(folder)
    const [endings, model] = [await replayEndings(archive, options), await openLike(archive, folder, options)]
    await using _ = model
    return [...(await askAll(model)), ...endings]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function askAll(model: Model): Promise<readonly string[]> {
  const differences: string[] = []
  const begun = new Set<string>()
  for (const action of recordedActions('fid-a')) {
    const { situation } = action
    if (!begun.has(situation)) operator[situation]?.(model)
    if (!atOnce.has(situation) || begun.has(situation)) await model.settle()
    begun.add(situation)
    if (!passedOver.has(situation)) differences.push(...(await askOne(model, action)))
    if (situation === last) break
  }
  return differences
}

async function askOne(
  model: Model,
  { situation, unit, action, calls }: RecordedAction,
): Promise<readonly string[]> {
  await teach(
    model,
    unit,
    action,
    calls.map(({ line }) => line),
  )
  const params = action === 'battery' ? { name: situation.split(' ').at(-1) ?? '' } : {}
  const asked = model.askAction(unit, action, params)
  while (asked.status === 'pending') await model.runOne()
  return differ(situation, calls, await printed(model, unit, action, calls.length))
}

export function differ(
  situation: string,
  calls: readonly RecordedCall[],
  answers: readonly (Printed | undefined)[],
): readonly string[] {
  return calls.flatMap((call, nth) => {
    const [juju, emulator] = [told(call), told(answers[nth])]
    return juju === emulator
      ? []
      : [`${situation} | ${call.line}\n  juju     ${juju}\n  emulator ${emulator}`]
  })
}

/** What chance or the place makes is the same for both. */
function told(answer: RecordedCall | Printed | undefined): string {
  const { code, out, err } = answer ?? { code: -1, out: '', err: '' }
  return JSON.stringify([code, plain(out), plain(err)]).slice(0, 600)
}

function plain(text: string): string {
  return text
    .replaceAll('<collector>', 'collector')
    .replace(/\bremote-[0-9a-f]{32}\b/g, '<remote>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/\b(?:s[0-9]{18}0|[cd][0-9a-v]{18}[0g])\b/g, '<secret>')
    .replace(/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/g, '<mac>')
    .replace(/\b10\.\d+\.\d+\.\d+\b/g, '<address>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replace(/: "<time>"/g, ': <time>')
}

async function openLike(
  archive: string,
  folder: string,
  options: Pick<Parameters<typeof openModel>[0], 'etcd' | 'cache'>,
): Promise<Model> {
  const model = await openModel({ ...options, name: 'fid-a', profile: '4.0', version: '4.0.14' })
  const tool = join(folder, 'tool.bin')
  await writeFile(tool, 'a'.repeat(272))
  const config = { collector: 'collector' }
  await model.deploy('b', { archive, units: 2, config })
  await model.deploy('a', { archive, units: 3, config, resources: { tool } })
  model.tables.environment.F = folderOfProbe
  for (const leader of ['a/2', 'b/1'] as const) {
    const { app: of } = model.unit(leader)
    of.leader = leader
    for (const unit of of.units) {
      await mkdir(unit.host.outside(folderOfProbe), { recursive: true })
      if (unit.name.endsWith('/0'))
        await teach(model, unit.name, 'install', [
          'open-port 4000',
          'state-set a=1',
          'secret-add --owner unit --label made-in-install abc=def',
        ])
      await teachUsual(model, unit.name)
      await teach(model, unit.name, 'leader-elected', ['status-set --application active elected'])
    }
  }
  await model.settle()
  return model
}

/** What the controller's charm did in every hook. */
export async function teachUsual(model: Model, unit: string): Promise<void> {
  const [app] = unit.split('/')
  for (const endpoint of ['peers', 'in', 'out']) {
    await teach(model, unit, `${endpoint}-relation-created`, [
      `relation-set from=${unit}`,
      `if [ "$(is-leader)" = True ]; then relation-set --app app-from=${app}; fi`,
    ])
    await teach(model, unit, `${endpoint}-relation-changed`, ['relation-get - $JUJU_REMOTE_UNIT'])
  }
}

/** The charm's own files but for its dispatch, which runs what a test tells it. */
export async function packFid(folder: string): Promise<string> {
  const stage = join(folder, 'fid')
  await mkdir(stage)
  for (const file of ['metadata.yaml', 'config.yaml', 'actions.yaml', 'manifest.yaml'])
    await writeFile(join(stage, file), await readFile(join(import.meta.dirname, 'recordings/probe', file)))
  await writeFile(join(stage, 'dispatch'), dispatch, { mode: 0o755 })
  await zip(stage, `${stage}.charm`, 1)
  return `${stage}.charm`
}
