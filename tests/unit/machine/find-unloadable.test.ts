// A bundle that etcd refuses, looked through by halves with the real etcdctl.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findUnloadable, type Trial } from '../../../src/machine/find-unloadable.ts'
import { bundleLoads } from '../../../src/machine/preflight.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'
import { binary } from '../etcd/etcd-server.ts'

const folder = await mkdtemp(join(tmpdir(), 'bundle-test-'))
after(() => rm(folder, { recursive: true }))

let trials = 0
async function tryBundle(bundle: string): Promise<Trial> {
  trials += 1
  const bundlePath = join(folder, 'bundle.pem')
  await writeFile(bundlePath, bundle)
  const tried = await bundleLoads({ etcdctl: binary('etcdctl'), bundlePath })
  return tried.kind === 'loads' ? tried : { kind: 'refused', why: tried.reason }
}

const good = (await issueCertificate({ commonNames: ['good'] })).certificate
const bad = (await issueCertificate({ commonNames: ['bad'], key: 'secp256k1' })).certificate
const worse = (await issueCertificate({ commonNames: ['worse'], key: 'brainpoolP256r1' })).certificate

function bundleOf(size: number, wrong: Readonly<Record<number, string>>): readonly string[] {
  return Array.from({ length: size }, (_, at) => wrong[at] ?? good)
}

for (const [title, pems, wrong] of [
  ['none', bundleOf(300, {}), []],
  ['the first', bundleOf(300, { 0: bad }), [bad]],
  ['the last', bundleOf(300, { 299: worse }), [worse]],
  ['two far apart', bundleOf(300, { 3: bad, 250: worse }), [bad, worse]],
  ['two neighbours', bundleOf(300, { 149: bad, 150: worse }), [bad, worse]],
  ['the only one', [bad], [bad]],
  ['all', [bad, worse], [bad, worse]],
] as const) {
  test(`of a bundle's certificates that etcd can't load ${title} is found`, async () => {
    trials = 0
    const found = await findUnloadable(pems, tryBundle)
    const names = found.kind === 'found' ? found.unloadable.map(({ pem }) => pem) : []
    assert.deepEqual(names, wrong)
    assert.equal(found.kind, wrong.length > 0 ? 'found' : 'loads')
    assert.ok(trials <= 1 + 20 * wrong.length, String(trials))
  })
}

test('where nothing can be tried nobody is to blame', async () => {
  const untried = async (): Promise<Trial> => ({ kind: 'untried', why: 'no etcdctl' })
  assert.deepEqual(await findUnloadable([good, bad], untried), { kind: 'unknown', why: 'no etcdctl' })
})

test('where only the whole is refused nobody is to blame', async () => {
  const whole = async (bundle: string): Promise<Trial> =>
    bundle.split('BEGIN').length > 3 ? { kind: 'refused', why: 'too many' } : { kind: 'loads' }
  assert.deepEqual(await findUnloadable([good, good, good], whole), { kind: 'unknown', why: 'too many' })
})
