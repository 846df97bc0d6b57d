// What was told and what Juju has of it: each difference is a reason to tell it once more, and only a difference is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planEncryption } from '../../../../../src/charm/plan/clients/encryption.ts'
import { planGrants, whyTellAgain } from '../../../../../src/charm/plan/clients/given.ts'
import type { GivenSeen, SecretSeen } from '../../../../../src/charm/observed.ts'
import type { AnswerToPublish } from '../../../../../src/charm/step.ts'
import { digest } from '../../../../../src/interfaces/digest.ts'
import { settled } from '../../observation.ts'

const answer: AnswerToPublish = {
  relation: 5,
  protocol: 'v0',
  endpoints: ['10.0.0.1:2379'],
  version: '3.6.4',
  authority: 'server',
  responses: [{ request: '', echo: {}, username: 'web' }],
  statuses: [],
  noted: [],
}
const digestsOf = (content: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(content).map(([key, value]) => [key, digest(value)]))

const user: SecretSeen = {
  uri: 'secret://m/user',
  granted: true,
  digests: digestsOf({ username: 'web', uris: 'https://10.0.0.1:2379' }),
}
const tls: SecretSeen = {
  uri: 'secret://m/tls',
  granted: true,
  digests: digestsOf({ tls: 'True', 'tls-ca': 'server' }),
}
const databag = {
  endpoints: '10.0.0.1:2379',
  version: '3.6.4',
  'secret-user': user.uri,
  'secret-tls': tls.uri,
}

function given(more: { user?: Partial<SecretSeen>; tls?: Partial<SecretSeen>; databag?: object }): GivenSeen {
  return {
    databag: { ...databag, ...more.databag },
    secrets: new Map([
      ['etcd-client.5.user', { ...user, ...more.user }],
      ['etcd-client.5.tls', { ...tls, ...more.tls }],
    ]),
  }
}

test('what is as it was told is not told again', () => {
  assert.equal(whyTellAgain(answer, given({})), undefined)
  assert.equal(whyTellAgain(answer, given({ databag: { status: '[]' } })), undefined)
  // Across models Juju does not tell who was granted what.
  const hidden = { granted: undefined }
  assert.equal(whyTellAgain(answer, given({ user: hidden, tls: hidden })), undefined)
})

test('each difference is told', () => {
  const rows: readonly (readonly [GivenSeen, RegExp])[] = [
    [{ databag, secrets: new Map([['etcd-client.5.user', user]]) }, /a secret that it was given is gone/],
    [given({ tls: { granted: false } }), /not granted/],
    [given({ user: { digests: undefined } }), /holds something else/],
    [
      given({ user: { digests: { ...user.digests, ...digestsOf({ username: 'other' }) } } }),
      /holds something else/,
    ],
    [given({ tls: { uri: 'secret://m/new' } }), /databag/],
    [given({ databag: { endpoints: '' } }), /databag/],
    [given({ databag: { requests: '[]' } }), /databag/],
  ]
  for (const [seen, why] of rows) assert.match(whyTellAgain(answer, seen) ?? '', why)
})

test('a grant that Juju shows to nobody is given again, and in a quiet model it is not', () => {
  const observed = settled()
  const clients = { ...observed.clients, given: new Map([[5, given({ user: { granted: undefined } })]]) }
  const labels = (more: object): unknown =>
    planGrants({ ...observed, clients, ...more }).map((write) => 'labels' in write && write.labels)
  assert.deepEqual(labels({}), [['etcd-client.5.user']])
  for (const more of [{ collect: true }, { leader: false }, { leaving: true }])
    assert.deepEqual(labels(more), [])
  assert.deepEqual(labels({ clients: { ...clients, refused: new Set([5]) } }), [])
})

test('the key to encrypt by is granted again where it is not, and offered anew where it is gone', () => {
  const observed = settled()
  const crossModel = new Map([[5, { encryption: 'echoed', grantable: false } as const]])
  const plan = (encryption: SecretSeen | undefined): readonly (readonly [string, string])[] => {
    const { databag, secrets } = given({})
    const all = encryption ? new Map([...secrets, ['etcd-client.5.encryption', encryption]]) : secrets
    const clients = { ...observed.clients, crossModel, given: new Map([[5, { databag, secrets: all }]]) }
    const now = { ...observed, clients, collect: true }
    return [...planGrants(now), ...planEncryption(now)].map(({ kind, why }) => [kind, why] as const)
  }
  const key: SecretSeen = {
    uri: 'secret://m/key',
    granted: true,
    digests: digestsOf({ 'encryption-key': 'k' }),
  }
  assert.deepEqual(plan(key), [])
  assert.deepEqual(plan({ ...key, granted: undefined }), [])
  assert.deepEqual(plan({ ...key, granted: false }), [
    ['secrets/grant', 'Juju does not show that the requirer has them'],
  ])
  for (const lost of [undefined, { ...key, digests: undefined }])
    assert.deepEqual(plan(lost), [['encryption/offer', 'the key that its requirer encrypts by is gone']])
})
