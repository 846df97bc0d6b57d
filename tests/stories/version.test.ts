// Another etcd: clients are told its version, and nothing else of theirs changes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { binary } from '../unit/etcd/etcd-server.ts'
import { createTarball, realEtcd } from '../unit/machine/tarball.ts'
import { heal } from './chaos/cluster.ts'
import {
  assertComplete,
  assertNoHookFailed,
  deployRequirer,
  eventsOf,
  requirers,
  secretAt,
} from './requirers.ts'
import { archives, openWorld, responsesOf } from './world.ts'

const tools = { etcdctl: readFileSync(binary('etcdctl')), etcdutl: readFileSync(binary('etcdutl')) }

/** The same program, which calls itself by another version of the same length. */
function renumbered(
  program: Buffer,
  version: string,
): { readonly program: Buffer; readonly version: string } {
  const last = Number(version.at(-1))
  const next = version.replace(/\d$/, String((last + 1) % 10))
  const changed = Buffer.from(program)
  for (let at = changed.indexOf(version); at >= 0; at = changed.indexOf(version, at + 1))
    changed.write(next, at)
  return { program: changed, version: next }
}

test('a tarball with another etcd: its version reaches every client (C42)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'version-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const model = await openWorld()
  after(() => model[Symbol.asyncDispose]())
  const resources = { etcd: createTarball(folder, 'first', { programs: { ...tools, etcd: realEtcd() } }) }
  await model.deploy('etcd', { archive: archives.etcd, resources })
  const asked = requirers.filter(({ skip }) => !skip)
  const apps = asked.map((of, at) => ({ of, name: `client-${'abc'.charAt(at)}` }))
  for (const { of, name } of apps) await deployRequirer(model, of, name)
  await model.settle()
  const related = apps.map((app) => ({ ...app, ...model.integrate('etcd:etcd-client', `${app.name}:etcd`) }))
  await model.settle()
  await model.updateStatus()
  const users = () => related.map(({ id }) => secretAt(model, responsesOf(model, id)[0]?.['secret-user']))
  const before = users()
  for (const { of, name } of apps) await eventsOf(model, of, `${name}/0`)

  const { version: installed } = model.unit('etcd/0').app
  const { program, version } = renumbered(realEtcd(), installed)
  model.attachResource(
    'etcd',
    'etcd',
    createTarball(folder, 'second', { programs: { ...tools, etcd: program } }),
  )
  await model.settle()
  await heal(model)
  assert.notEqual(version, installed)
  assert.equal(model.unit('etcd/0').app.version, version)
  for (const { id, of, name } of related) {
    assertComplete(model, id)
    assert.equal(responsesOf(model, id)[0]?.version, version, name)
    assert.deepEqual(await eventsOf(model, of, `${name}/0`), {})
    const put = await model.runAction(`${name}/0`, 'put', { key: `/${name}/a`, value: version })
    assert.equal(put.status, 'completed', put.message)
  }
  assert.deepEqual(users(), before)
  assertNoHookFailed(model)
})
