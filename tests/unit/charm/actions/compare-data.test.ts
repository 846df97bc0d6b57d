import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeVerdict } from '../../../../src/charm/actions/maintenance/check-data.ts'
import { type HashRow, judge } from '../../../../src/charm/observe/compare-data.ts'

const row = (name: string, hash: number | undefined, compactRevision: string | undefined = '7'): HashRow => ({
  name,
  hash,
  compactRevision: hash === undefined ? undefined : compactRevision,
  why: hash === undefined ? 'does not answer' : '',
})
const told = (...rows: readonly HashRow[]) => describeVerdict({ rows, revision: '42', verdict: judge(rows) })

test('members with one hash have the same data', () => {
  const words = told(row('etcd-0', 1), row('etcd-1', 1), row('etcd-2', 1))
  assert.equal(words, 'all 3 members have the same data at revision 42')
})

test('members that differ are named, those that most agree with first', () => {
  const words = told(row('etcd-0', 9), row('etcd-1', 1), row('etcd-2', 1))
  assert.match(words, /^members differ at revision 42: etcd-1, etcd-2: 1 \| etcd-0: 9; keep what most have/)
})

test('where no majority has the same, the operator is to say which is right', () => {
  const words = told(row('etcd-0', 9), row('etcd-1', 1))
  assert.match(
    words,
    /^members differ at revision 42: etcd-0: 9 \| etcd-1: 1; no majority has the same: keep/,
  )
})

test('one that gives no hash is no proof, and a difference among the others still is one', () => {
  assert.match(told(row('etcd-0', 1), row('etcd-1', undefined)), /^not all could be compared: etcd-1 gave no/)
  assert.match(told(row('etcd-0', 1), row('etcd-1', 2), row('etcd-2', undefined)), /^members differ/)
})

test('hashes of histories that begin elsewhere say nothing of each other', () => {
  assert.equal(judge([row('etcd-0', 1, '7'), row('etcd-1', 2, '9')]), 'incomplete')
  assert.match(told(row('etcd-0', 1, '7'), row('etcd-1', 2, '9')), /^members are compacting just now/)
})

test('nobody at all is no agreement', () => {
  assert.equal(judge([]), 'incomplete')
  assert.equal(judge([row('etcd-0', undefined)]), 'incomplete')
})
