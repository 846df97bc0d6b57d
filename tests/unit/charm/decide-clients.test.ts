import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../src/charm/decide.ts'
import type { Observed } from '../../../src/charm/observed.ts'
import { nextLedger } from '../../../src/charm/plan/clients/ledger.ts'
import {
  accepted,
  access,
  leaf,
  type ledgerOf,
  noAccess,
  offers,
  relationKey,
  settled,
} from './observation.ts'
import { kinds, ledgerEntry, running, withClients, withLedger } from './observed-changes.ts'

describe('a client', () => {
  const key = relationKey(5)
  const members = new Map([[5, 1]])

  it('is put on record first; etcd hears of it in the next hook', () => {
    const asked = withClients(running(settled()), { relations: new Map([[5, offers('alice')]]), members })
    const plan = decide(asked)
    assert.deepEqual(kinds(plan.steps), [])
    assert.deepEqual(kinds(plan.writes), ['ledger/write'])
  })

  it('gets role and permission, then its user, then trust, then a restart', () => {
    const idle = running(settled(), { alice: noAccess })
    const steps = kinds(decide(withLedger(idle, [[key, accepted('alice')]])).steps)
    assert.deepEqual(steps, [
      'role/create',
      'role/create',
      'permission/grant',
      'user/create',
      'role/grant',
      'role/grant',
      'service/restart',
    ])
  })

  it('gets its access in the hook that restarts for it, together with all others, each change once', () => {
    const idle = running(settled(), { alice: noAccess, bob: noAccess })
    const two = withLedger(idle, [
      [key, accepted('alice')],
      [relationKey(6), accepted('bob')],
    ])
    const steps = (more: Partial<Observed>) =>
      decide({ ...two, ...more }).steps.flatMap(({ kind }) => (/^(user|role|perm)/.test(kind) ? [kind] : []))
    assert.deepEqual(steps({ aboutClient: true }), [])
    assert.deepEqual(steps({ clients: { ...two.clients, expected: 7 } }), [])
    assert.deepEqual(steps({}), [
      ...Array(3).fill('role/create'),
      ...Array(2).fill('permission/grant'),
      ...Array(2).fill('user/create'),
      ...Array(4).fill('role/grant'),
    ])
  })

  it('does not wait for a restart that it does not need: another prefix is given, and the old one taken, at once', () => {
    const before = withLedger(settled(), [[key, accepted('alice')]])
    const other = running(before, { alice: access('alice', '/old/') })
    assert.deepEqual(kinds(decide({ ...other, aboutClient: true }).steps), [
      'permission/revoke',
      'permission/grant',
    ])
  })

  it('is trusted by no file that a start reads, before the restart that loads it', () => {
    const idle = running(settled(), { alice: noAccess })
    const { steps } = decide(withLedger(idle, [[key, accepted('alice')]]))
    assert.ok(!kinds(steps).includes('file/write'))
    const restart = steps.find((step) => step.kind === 'service/restart')
    assert.deepEqual(Object.keys(restart?.kind === 'service/restart' ? restart.files : {}), ['truststore'])
  })

  it('is not worth a restart in a hook about a client, as more of these may follow: it comes with the hook of the peers', () => {
    const idle = running(withLedger(settled(), [[key, accepted('alice', { served: true })]]))
    const two = withLedger(idle, [
      [key, accepted('alice', { served: true })],
      [relationKey(6), accepted('bob')],
    ])
    const restarts = (aboutClient: boolean): boolean =>
      kinds(decide({ ...two, aboutClient }).steps).includes('service/restart')
    assert.deepEqual([restarts(true), restarts(false)], [false, true])
  })

  it('is answered once etcd and every member know it, and only then', () => {
    const recorded = withClients(withLedger(settled(), [[key, accepted('alice')]]), { members })
    const half = running(recorded, { alice: noAccess })
    assert.ok(!kinds(decide(half).writes).includes('answer/publish'))
    const whole = running(recorded, { alice: access('alice') })
    const plan = decide(whole)
    assert.deepEqual(kinds(plan.writes), ['answer/publish', 'ledger/write'])
    assert.deepEqual(plan.conditions, [])
  })

  it('is not answered while the requirer has no unit that could read a secret', () => {
    const recorded = withClients(withLedger(settled(), [[key, accepted('alice')]]), {
      members: new Map([[5, 0]]),
    })
    const plan = decide(running(recorded, { alice: access('alice') }))
    assert.ok(!kinds(plan.writes).includes('answer/publish'))
    assert.deepEqual(
      plan.conditions.map(({ status, message }) => [status, message.split(';')[0]]),
      [['waiting', 'relation 5 (web): access for alice is ready, and juju shows none of its units to tell']],
    )
  })

  it('loses its user and role at once when its relation ends, then its trust', () => {
    const served = running(withLedger(settled(), [[key, accepted('alice', { served: true })]]), {
      alice: access('alice'),
    })
    const steps = decide(withClients(served, { gone: new Set([5]) })).steps
    assert.deepEqual(kinds(steps), [
      'user/delete',
      'role/delete',
      'file/write',
      'revocation/write',
      'service/restart',
    ])
    const list = steps.find((step) => step.kind === 'revocation/write')
    assert.deepEqual(list?.kind === 'revocation/write' && list.serials, ['serial-alice'])
  })

  it('is remembered as leaving while etcd cannot be reached (N11)', () => {
    const served = running(withLedger(settled(), [[key, accepted('alice', { served: true })]]))
    const down: Observed = {
      ...withClients(served, { gone: new Set([5]) }),
      etcd: { kind: 'down', why: 'no leader', standing: undefined },
    }
    assert.deepEqual([...nextLedger(down).leaving], ['alice'])
  })

  it('keeps its access when the unit that sees relation-broken is itself leaving (N05)', () => {
    const served = running(withLedger(settled(), [[key, accepted('alice', { served: true })]]), {
      alice: access('alice'),
    })
    const plan = decide({ ...withClients(served, { gone: new Set([5]) }), leaving: true })
    assert.deepEqual([plan.steps, plan.writes], [[], []])
  })

  it('is never confused with another whose relation id begins alike', () => {
    const rows = [1, 10, 11].map(
      (id) => [relationKey(id), accepted(`client${id}`, { served: true })] as const,
    )
    const observed = running(withLedger(settled(), rows), { client1: access('client1') })
    const deleted = decide(withClients(observed, { gone: new Set([1]) })).steps.flatMap((step) =>
      step.kind === 'user/delete' ? [step.user] : [],
    )
    assert.deepEqual(deleted, ['client1'])
  })
})

describe('a request that is refused', () => {
  const asks = (commonName: string, more = {}, rows: Parameters<typeof ledgerOf>[0] = []): Observed =>
    withClients(running(withLedger(settled(), rows)), {
      relations: new Map([[5, offers(commonName, more)]]),
      members: new Map([[5, 1]]),
    })

  const cases: readonly (readonly [title: string, observed: Observed, code: string])[] = [
    ['whose common name is root', asks('root'), 'common-name-reserved'],
    ['whose common name is root in capitals', asks('ROOT'), 'common-name-reserved'],
    ['without a prefix', asks('alice', { prefix: '' }), 'prefix-missing'],
    [
      "with another's common name",
      asks('alice', {}, [[relationKey(4), accepted('alice', { served: true, answeredAs: 'alice' })]]),
      'common-name-taken',
    ],
  ]
  for (const [title, observed, code] of cases) {
    it(`${title}: no user, no trust, and a status that names the relation and the remedy`, () => {
      const entry = ledgerEntry(observed, 'client.5')
      assert.equal(entry?.state === 'refused' && entry.code, code)
      const plan = decide(observed)
      assert.ok(plan.steps.every((step) => !['user/create', 'file/write'].includes(step.kind)))
      assert.match(plan.conditions[0]?.message ?? '', /^relation 5 \(web\): .+; .+/)
      const answer = plan.writes.find(
        (write) => write.kind === 'answer/publish' && write.answer.relation === 5,
      )
      assert.equal(answer?.kind === 'answer/publish' && answer.answer.statuses.length, 1)
      assert.deepEqual(answer?.kind === 'answer/publish' && answer.answer.responses, [])
    })
  }

  it('is served when the owner of its common name has left, and etcd and every member have let go of it', () => {
    const refused = ledgerEntry(withLedger(asks('alice'), [[relationKey(4), accepted('alice')]]), 'client.5')
    assert.ok(refused)
    const rows = [
      [relationKey(4), accepted('alice')],
      [relationKey(5), refused],
    ] as const
    const observed = withClients(withLedger(asks('alice'), rows), { gone: new Set([4]) })
    const waits = ledgerEntry(observed, 'client.5')
    assert.ok(waits?.state === 'refused' && waits.code === 'common-name-leaving')
    const left = withLedger(asks('alice'), [[relationKey(5), waits]])
    assert.equal(ledgerEntry(left, 'client.5')?.state, 'accepted')
  })
})

describe('a rotation', () => {
  const key = relationKey(5)
  const old = accepted('alice', { served: true, answeredAs: 'alice' })

  it('trusts the old and the new certificate until every member has loaded the new one', () => {
    const before = running(withLedger(settled(), [[key, old]]), { alice: access('alice') })
    const seen = withClients(before, { relations: new Map([[5, offers('alice', { serial: 'two' })]]) })
    const entry = ledgerEntry(seen, 'client.5')
    assert.ok(entry?.state === 'accepted' && entry.retiring?.serial === 'serial-alice')
    const next = { ...before, peers: withLedger(before, [[key, entry]]).peers }
    const plan = decide(next)
    const restart = plan.steps.find((step) => step.kind === 'service/restart')
    const bundle = restart?.kind === 'service/restart' ? restart.files.truststore : undefined
    assert.ok(bundle?.includes('alice-two') && bundle.includes('alice-alice'))
  })

  it('cuts the old certificate off through the revocation list, without a second restart', () => {
    const rotating = accepted('alice', {
      leaf: leaf('alice', 'two'),
      retiring: leaf('alice'),
      answeredAs: 'alice',
    })
    const both = withLedger(settled(), [[key, rotating]])
    const trusted = running(both, { alice: access('alice') })
    const leaves = [leaf('alice'), leaf('alice', 'two')]
    assert.ok(trusted.machine.loaded)
    const loadedBoth = {
      ...trusted,
      machine: { ...trusted.machine, loaded: { ...trusted.machine.loaded, leaves } },
    }
    assert.deepEqual(kinds(decide(loadedBoth).steps), ['file/write', 'revocation/write'])
  })

  it('to another common name ends the old user in the same hook', () => {
    const before = running(withLedger(settled(), [[key, old]]), { alice: access('alice') })
    const plan = decide(withClients(before, { relations: new Map([[5, offers('bob')]]) }))
    assert.deepEqual(kinds(plan.steps).slice(0, 2), ['user/delete', 'role/delete'])
    assert.ok(!kinds(plan.steps).includes('user/create'))
  })
})
