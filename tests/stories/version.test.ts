// Another etcd: clients are told its version, and nothing else of theirs changes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { binary } from '../unit/etcd/etcd-server.ts'
import { createTarball, realEtcd } from '../unit/machine/tarball.ts'
import { responsesOf } from './driver/client.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { assertComplete, deployRequirer, eventsOf, packed, type Read, secretAt } from './requirers.ts'
import { heal } from './sound.ts'
import { temporaryFolder } from './temporary-folder.ts'

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

const title = 'a tarball with another etcd: its version reaches every client (C42)'
story(title, { ownModel: true }, async ({ model }) => {
  await using folder = await temporaryFolder('version')
  const resources = {
    etcd: createTarball(folder.path, 'first', { programs: { ...tools, etcd: realEtcd() } }),
  }
  await model.deploy('etcd', { charm: 'etcd', resources })
  const apps = packed.map((of, at) => ({ of, name: `client-${'abcdef'.charAt(at)}` }))
  for (const { of, name } of apps) await deployRequirer(model, of, name)
  await model.settle()
  const related: ((typeof apps)[number] & { readonly id: number })[] = []
  for (const app of apps)
    related.push({ ...app, id: await model.integrate('etcd:etcd-client', `${app.name}:etcd`) })
  await model.settle()
  await model.updateStatus()
  const users = async (): Promise<readonly Read[]> => {
    const read: Read[] = []
    for (const { id } of related)
      read.push(await secretAt(model, (await responsesOf(model, id))[0]?.['secret-user']))
    return read
  }
  const before = await users()
  for (const { of, name } of apps) await eventsOf(model, of, `${name}/leader`)

  const { version: installed } = await model.application('etcd')
  const { program, version } = renumbered(realEtcd(), installed)
  await model.attachResource(
    'etcd',
    'etcd',
    createTarball(folder.path, 'second', { programs: { ...tools, etcd: program } }),
  )
  await model.settle()
  await heal(model)
  assert.notEqual(version, installed)
  assert.equal((await model.application('etcd')).version, version)
  for (const { id, of, name } of related) {
    await assertComplete(model, id)
    assert.equal((await responsesOf(model, id))[0]?.version, version, name)
    assert.deepEqual(await eventsOf(model, of, `${name}/leader`), {})
    const put = await model.runAction(`${name}/leader`, 'put', { key: `/${name}/a`, value: version })
    assert.equal(put.status, 'completed', put.message)
  }
  assert.deepEqual(await users(), before)
  await assertNoFailedHooks(model)
})
