// On the emulator alone: logs are read as files on the machines, one of which reboots without them.
// What collectors read on the machines: etcd's own log as a file where it came from a tarball, and the line of each hook with every number
// that an alert is about. No key is in any of it, whatever the level.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { parseLogRules } from '../../scripts/log-rules.ts'
import { lineBegins } from '../../src/charm/plan/observability/log-line.ts'
import type { Model } from '../emulator/index.ts'
import { etcdVersion } from '../unit/etcd/etcd-server.ts'
import { createTarball, realPrograms } from '../unit/machine/tarball.ts'
import { emulated } from './driver/emulated-model.ts'
import { etcdctl } from './driver/etcd-on-a-unit.ts'
import { assertNoSecretsLeak } from './leaks.ts'
import { archives, openWorld } from './world.ts'

const line = z.looseObject({ unit: z.string(), hook: z.string(), message: z.string() })
type Line = z.infer<typeof line>

async function shell(model: Model, unit: string, command: string): Promise<string> {
  return (await model.unit(unit).host.run(['sh', '-c', command])).stdout
}

async function linesOf(model: Model, unit: string): Promise<readonly Line[]> {
  const text = await shell(model, unit, 'cat /var/log/etcd-charm/charm.log')
  return text
    .trim()
    .split('\n')
    .map((row) => {
      assert.ok(row.startsWith(lineBegins), row)
      return line.parse(JSON.parse(row))
    })
}

function last(lines: readonly Line[], field: string): unknown {
  return lines.findLast((row) => field in row)?.[field]
}

/** The numbers that alerts are about. */
const fields = parseLogRules(parse(readFileSync('src/observability/log-alerts.yaml', 'utf8')))
  .groups.flatMap(({ rules }) => rules.flatMap((rule) => ('field' in rule ? [rule.field] : [])))
  .filter((field, at, all) => all.indexOf(field) === at)
  // Nobody speaks of backups where there is no store.
  .filter((field) => !field.startsWith('backup_'))

test('each hook writes a line, and every number that an alert is about is in one', async () => {
  await using model = await openWorld()
  await model.deploy('etcd', { archive: archives.etcd, config: { 'log-level': 'debug' } })
  for (const [app, config] of [
    ['web', { prefix: '/web/' }],
    ['rival', { prefix: '/web/', 'common-name': 'root' }],
  ] as const) {
    await model.deploy(app, { archive: archives.client, config })
    model.integrate('etcd:etcd-client', `${app}:etcd`)
  }
  await model.settle()
  const [run] = await model.updateStatus('etcd')
  const lines = await linesOf(model, 'etcd/0')
  const hooks = model.tables.journal.filter(({ unit }) => unit === 'etcd/0').map(({ hook }) => hook)
  assert.deepEqual(new Set(lines.map(({ hook }) => hook)), new Set(hooks))
  assert.deepEqual([run?.hook, lines.at(-1)?.hook], ['update-status', 'update-status'])
  for (const field of fields)
    assert.equal(typeof last(lines, field), 'number', `no line says ${field}, which an alert is about`)
  assert.deepEqual([last(lines, 'requests_refused'), last(lines, 'access_control')], [1, 1])
  assert.ok(Number(last(lines, 'certificate_days')) > 100)
  assert.ok(Number(last(lines, 'client_certificate_days')) > 0)
  model.config('etcd', { 'snapshot-count': 1 })
  await model.settle()
  const blocked = (await linesOf(model, 'etcd/0')).at(-1)
  assert.deepEqual([blocked?.blocked, blocked?.status], [1, 'blocked'])
  assert.match(blocked?.message ?? '', /^option snapshot-count is invalid/)
  await assertNoSecretsLeak(model)
})

test('etcd from a tarball logs to a file, also after somebody has removed the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'logs-'))
  try {
    await using model = await openWorld()
    const etcd = createTarball(folder, await etcdVersion(), { programs: realPrograms() })
    await model.deploy('etcd', { archive: archives.etcd, resources: { etcd } })
    await model.settle()
    const log = '/var/log/etcd/etcd.log'
    assert.match(await shell(model, 'etcd/0', `head -n 1 ${log}`), /^\{"level":"/)
    const [mode, owner] = (await shell(model, 'etcd/0', 'stat -c "%a %U" /var/log/etcd')).trim().split(' ')
    assert.deepEqual([mode, owner], ['750', (await shell(model, 'etcd/0', 'id -un etcd')).trim()])
    await shell(model, 'etcd/0', 'rm -r /var/log/etcd /var/log/etcd-charm')
    await model.unit('etcd/0').host.reboot()
    await model.updateStatus('etcd')
    await etcdctl(emulated(model), 'etcd/0', 'put', 'a', '1')
    assert.match(await shell(model, 'etcd/0', `head -n 1 ${log}`), /^\{"level":"/)
    assert.equal((await linesOf(model, 'etcd/0')).at(-1)?.hook, 'update-status')
    await assertNoSecretsLeak(model)
    await model.removeUnit('etcd/0')
    await model.settle()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
