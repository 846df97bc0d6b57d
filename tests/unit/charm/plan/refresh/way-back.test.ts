import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../../../../src/config.ts'
import type { MachineSeen } from '../../../../../src/charm/observed.ts'
import { wayBack } from '../../../../../src/charm/plan/refresh/way-back.ts'
import { settled } from '../../observation.ts'

const snap = { kind: 'snap', version: '3.6.13', archive: undefined, revision: '181' } as const
const pinned = { version: '3.6.16', channel: '3.6/stable', revision: '190' }
const before = { release: 'snap 181', version: '3.6.13', charm: '24' }

function back(
  machine: Partial<MachineSeen>,
  { what = before, option = 0 }: { what?: Parameters<typeof wayBack>[1]; option?: number } = {},
): string {
  const observed = settled()
  const source = { kind: 'snap', pinned } as const
  const seen = { ...observed.machine, source, workload: snap, charmRevision: '25', ...machine }
  return wayBack({ ...observed, config: parseConfig({ 'etcd-snap-revision': option }), machine: seen }, what)
}

test('a charm of a store goes back by its revision, a local one by its file, which Juju asks for', () => {
  assert.equal(back({}), 'juju refresh etcd --revision 24')
  assert.equal(back({ charmIsLocal: true }), 'juju refresh etcd --path FILE (FILE: the charm of revision 24)')
})

test('what the option asked for goes back by the option, to none where that is what the charm pins', () => {
  assert.equal(back({}, { option: 195 }), 'juju config etcd etcd-snap-revision=181')
  assert.equal(
    back({}, { option: 195, what: { ...before, release: 'snap 190' } }),
    'juju config etcd etcd-snap-revision=0',
  )
  // It was taken back, and the code is the same.
  assert.equal(
    back({}, { what: { ...before, release: 'snap 195', charm: '25' } }),
    'juju config etcd etcd-snap-revision=195',
  )
})

test('before a refresh of the charm, its own revision is the way back', () => {
  assert.equal(
    back({}, { what: { ...before, release: 'snap 190', charm: '25' } }),
    'juju refresh etcd --revision 25',
  )
})

test('a tarball goes back by the tarball of before', () => {
  const workload = { kind: 'binaries', version: '3.6.16', archive: 'b' } as const
  assert.equal(
    back({ workload }, { what: { ...before, release: 'a' } }),
    'juju attach-resource etcd etcd=FILE (FILE: the tarball of etcd 3.6.13)',
  )
})

test('what nobody knows is not made up', () => {
  assert.equal(
    back({}, { what: { release: undefined, version: undefined, charm: undefined } }),
    'refresh to what was before',
  )
})
