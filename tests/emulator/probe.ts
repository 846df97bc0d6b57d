// A charm that does what a test tells it: its hooks run the lines that the test wrote for them, and keep what each printed.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printManifest, zip } from '../../scripts/archive.ts'
import type { Model } from './index.ts'

export interface Printed {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Of a charm that runs what a test tells it. */
export const dispatch = `#!/bin/sh
name=\${JUJU_DISPATCH_PATH##*/}
env | sort >"/probe.env.$name"
[ -f "/probe.$name" ] || exit 0
n=0
while read -r line; do
  sh -c "$line" </dev/null >"/probe.$name.$n.out" 2>"/probe.$name.$n.err"
  echo $? >"/probe.$name.$n.code"
  n=$((n + 1))
done <"/probe.$name"
[ ! -f "/probe.$name.exits" ] || exit "$(cat "/probe.$name.exits")"
[ ! -f "/probe.$name.fails" ]
`

const metadata = `name: probe
summary: does what a test tells it
description: For the emulator's own tests.
peers: {peers: {interface: probe_peers}}
provides: {out: {interface: probe}}
requires: {in: {interface: probe}}
storage: {data: {type: filesystem, location: /srv/data}}
resources: {tool: {type: file, filename: tool.bin}}
`

/** Packs the charm into a folder of its own. */
export async function packProbe(
  declares = metadata,
): Promise<{ archive: string; [Symbol.asyncDispose](): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'probe-'))
  const stage = join(folder, 'probe')
  await mkdir(stage)
  await writeFile(join(stage, 'dispatch'), dispatch, { mode: 0o755 })
  await writeFile(join(stage, 'metadata.yaml'), declares)
  await writeFile(join(stage, 'manifest.yaml'), printManifest('amd64'))
  await writeFile(
    join(stage, 'config.yaml'),
    'options: {title: {type: string, default: My Site}, level: {type: int}, ratio: {type: float}, loud: {type: boolean}, empty: {default: }}\n',
  )
  await writeFile(
    join(stage, 'actions.yaml'),
    'act: {description: an action}\nbeside: {description: one that takes no lock, parallel: true}\n',
  )
  await zip(stage, `${stage}.charm`, 1)
  return {
    archive: `${stage}.charm`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What the unit's next hook or action of this name is to run. */
export async function teach(
  model: Model,
  unit: string,
  hook: string,
  lines: readonly string[],
): Promise<void> {
  await writeFile(model.unit(unit).host.outside(`/probe.${hook}`), lines.map((line) => `${line}\n`).join(''))
}

/** How the unit's next action or hook of this name is to end. */
export async function endWith(model: Model, unit: string, hook: string, code: number): Promise<void> {
  await writeFile(model.unit(unit).host.outside(`/probe.${hook}.exits`), String(code))
}

export async function makeFail(model: Model, unit: string, hook: string, fails: boolean): Promise<void> {
  const path = model.unit(unit).host.outside(`/probe.${hook}.fails`)
  await (fails ? writeFile(path, '') : rm(path, { force: true }))
}

/** What the lines printed when the hook ran last. */
export async function printed(
  model: Model,
  unit: string,
  hook: string,
  count: number,
): Promise<readonly Printed[]> {
  const read = (name: string): Promise<string> =>
    readFile(model.unit(unit).host.outside(`/probe.${hook}.${name}`), 'utf8')
  return Promise.all(
    Array.from({ length: count }, async (_, at) => ({
      code: Number(await read(`${at}.code`)),
      out: await read(`${at}.out`),
      err: await read(`${at}.err`),
    })),
  )
}

/** Runs lines in an action, so at any time. */
export async function ask(model: Model, unit: string, lines: readonly string[]): Promise<readonly Printed[]> {
  await teach(model, unit, 'act', lines)
  await model.runAction(unit, 'act')
  return printed(model, unit, 'act', lines.length)
}

export async function environmentOf(model: Model, unit: string, hook: string): Promise<readonly string[]> {
  const text = await readFile(model.unit(unit).host.outside(`/probe.env.${hook}`), 'utf8')
  return text.trim().split('\n')
}
