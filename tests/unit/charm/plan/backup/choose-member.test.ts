import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MemberSeen } from '../../../../../src/charm/observed.ts'
import { chooseMember } from '../../../../../src/charm/plan/backup/choose-member.ts'
import { isMemberId } from '../../../../../src/etcd/types.ts'

function member(at: number, more: Partial<MemberSeen> & { index?: bigint } = {}): MemberSeen {
  const id = String(at + 1)
  assert.ok(isMemberId(id))
  const { index = 100_000n, ...rest } = more
  const status = {
    id,
    version: '3.5.30',
    leader: undefined,
    learner: false,
    dbSize: 1n,
    dbSizeInUse: 1n,
    revision: 1n,
    raftIndex: index,
    raftTerm: 1n,
    errors: [],
  }
  const urls = { peerUrls: [], clientUrls: [`https://10.0.0.${at}:2379`] }
  return { id, name: `etcd-${at}`, ...urls, learner: false, responds: true, leads: false, status, ...rest }
}

const chosen = (...members: readonly MemberSeen[]) => chooseMember(members, [])?.name

test('a follower is asked, and the raft leader only where no follower has as much', () => {
  assert.equal(chosen(member(0, { leads: true }), member(1), member(2)), 'etcd-1')
  assert.equal(chosen(member(0, { leads: true })), 'etcd-0')
  assert.equal(chosen(member(0, { leads: true }), member(1, { index: 50_000n })), 'etcd-0')
  assert.equal(chosen(member(0, { leads: true }), member(1, { index: 99_500n })), 'etcd-1')
})

test('never a learner, nor one that is away, nor one whose data is not sound', () => {
  const { status: _, ...silent } = member(2)
  assert.equal(chosen(member(0, { leads: true }), member(1, { learner: true }), silent), 'etcd-0')
  assert.equal(chosen(silent), undefined)
  const [corrupt, sound] = [member(1), member(2)]
  assert.equal(chooseMember([corrupt, sound], [{ member: corrupt.id, kind: 'corrupt' }])?.name, 'etcd-2')
  assert.equal(chooseMember([corrupt], [{ member: corrupt.id, kind: 'no-space' }])?.name, 'etcd-1')
})
