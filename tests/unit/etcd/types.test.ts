import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMemberId, type Member, sortMembers } from '../../../src/etcd/types.ts'

function member(id: string, name: string): Member {
  assert.ok(isMemberId(id))
  return { id, name, peerUrls: [], clientUrls: [], learner: name === '' }
}

test('members are told in the order of their units, whatever their ids: 2 before 10', () => {
  const members = [
    member('7', 'etcd-10'),
    member('2', ''),
    member('9', 'etcd-2'),
    member('3', 'etcd-0'),
    member('1', ''),
  ]
  assert.deepEqual(
    sortMembers(members).map(({ id }) => id),
    ['1', '2', '3', '9', '7'],
  )
})
