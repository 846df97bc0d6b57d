// Where etcd can't be asked who has a name, nothing is promised of it: the next hook may find it somebody else's, and nobody would be told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { whyNotAdopted } from '../../../../src/charm/actions/adopt-user.ts'
import { whyNotTaken } from '../../../../src/charm/actions/credentials/create-client-credentials.ts'
import type { AccessSeen, Observed, Order } from '../../../../src/charm/observed.ts'
import { nextLedger } from '../../../../src/charm/plan/clients/ledger.ts'
import { leaf, noAccess, offers, settled } from '../observation.ts'
import { running, withClients } from '../observed-changes.ts'

const words = 'etcd does not tell now whether somebody else has the name ops; run it again when it answers'
const down: Observed['etcd'] = { kind: 'down', why: 'nobody answers', standing: undefined }
const ops = leaf('ops')

test('credentials are made for a name that etcd was asked for, and for no other', () => {
  const order: Order = { kind: 'create', client: { leaf: ops, prefix: '/ops/', readOnly: false } }
  const asked = (known?: AccessSeen): Observed => ({ ...running(settled(), known && { ops: known }), order })
  assert.equal(whyNotTaken(asked(noAccess), ops), undefined)
  assert.match(
    whyNotTaken(asked({ ...noAccess, user: true }), ops) ?? '',
    /not made by this charm has the common name: ops; use another common name, or remove that user and role$/,
  )
  assert.equal(whyNotTaken(asked(), ops), words)
  assert.equal(whyNotTaken({ ...asked(), etcd: down }, ops), words)
})

test('adopt-user says that etcd does not answer, and not that nobody is refused the name', () => {
  const clients = { relations: new Map([[5, offers('ops')]]), members: new Map([[5, 1]]) }
  const rows = (known?: AccessSeen) => {
    const observed = withClients(running(settled(), known && { ops: known }), clients)
    return [...nextLedger(known ? observed : { ...observed, etcd: down }).entries.values()]
  }
  assert.equal(whyNotAdopted(rows(), 'OPS'), words.replace('ops', 'OPS'))
  assert.match(whyNotAdopted(rows(noAccess), 'ops'), /^no client is refused ops for a user or role in etcd/)
  assert.match(whyNotAdopted(rows(), 'other'), /^no client is refused other/)
})
