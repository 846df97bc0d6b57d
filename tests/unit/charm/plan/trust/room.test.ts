// The truststore has room for 64 KiB of subjects. Whatever clients, operators and rotations do, and whatever an earlier version of the
// charm left in the ledger: no bundle that is written has more, the administrator is in it, and who waits has its turn.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decide } from '../../../../../src/charm/decide.ts'
import { access, accepted, ledgerOf, relationKey, settled } from '../../observation.ts'
import { running, withLedger } from '../../observed-changes.ts'
import { Cluster, largest, leafOf } from './crowded-cluster.ts'

type Move = (cluster: Cluster) => void

const relation = fc.integer({ min: 1, max: 6 })
const size = fc.oneof(fc.constant(largest), fc.integer({ min: 20, max: largest }))
const one = fc.tuple(relation, fc.integer({ min: 1, max: 20 }), size)
const operators = fc.tuple(fc.integer({ min: 11, max: 13 }), fc.array(size, { maxLength: 20 }))
const moves: fc.Arbitrary<Move> = fc.oneof(
  one.map(
    ([of, nth, bytes]): Move =>
      (cluster) => {
        cluster.ask(of, `r${nth}`, bytes)
        cluster.hook(of)
      },
  ),
  relation.map(
    (of): Move =>
      (cluster) =>
        cluster.fill(of),
  ),
  relation.map(
    (of): Move =>
      (cluster) => {
        cluster.renew(of)
        cluster.hook(of)
      },
  ),
  fc.constant<Move>((cluster) => cluster.renewAll()),
  fc.constant<Move>((cluster) => cluster.renewAll()),
  relation.map(
    (of): Move =>
      (cluster) =>
        cluster.leave(of),
  ),
  operators.map(
    ([of, sizes]): Move =>
      (cluster) =>
        cluster.give(of, sizes),
  ),
  fc.constant<Move>((cluster) => cluster.rotate()),
  fc.constant<Move>((cluster) => cluster.sweep()),
)

describe('what is in the truststore', () => {
  it('never exceeds the limit, whatever is asked for, renewed, given and rotated', () => {
    fc.assert(
      fc.property(fc.array(moves, { minLength: 10, maxLength: 30 }), (all) => {
        const cluster = new Cluster()
        for (const move of all) move(cluster)
      }),
      { numRuns: 12 },
    )
  })

  it('has the renewal of everybody in the end, in turns', () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 20 }), (all) => {
        const cluster = new Cluster()
        for (const move of all) move(cluster)
        cluster.renewAll()
        // A hook in which nobody asks for anything: that of the peers, after each restart.
        for (let hooks = 0; hooks < 60 && cluster.waiting().length > 0; hooks += 1)
          cluster.look(new Map(), new Set())
        assert.deepEqual(cluster.waiting(), [])
      }),
      { numRuns: 15 },
    )
  })

  it('fits again in the hook in which a leader finds an older ledger that does not', () => {
    const states = fc.constantFrom('served', 'unserved', 'renewing')
    fc.assert(
      fc.property(fc.array(fc.tuple(states, size), { minLength: 60, maxLength: 130 }), (all) => {
        const rows = all.map(([state, bytes], at) => {
          const name = `client-${at}`
          const old = state === 'renewing' ? { retiring: leafOf(name, 'old', bytes) } : {}
          const entry = accepted(name, {
            leaf: leafOf(name, 'new', bytes),
            served: state === 'served',
            ...old,
          })
          return [relationKey(at), entry] as const
        })
        const cluster = new Cluster()
        const { peers } = cluster.observed
        assert.ok(peers)
        cluster.observed = { ...cluster.observed, peers: { ...peers, ledger: ledgerOf(rows) } }
        cluster.commit(cluster.observed)
      }),
      { numRuns: 40 },
    )
  })

  it('makes who waits wait in words, and serves it meanwhile', () => {
    const waits = { since: 1, bytes: 1_026 }
    const entry = accepted('client', { served: true, answeredAs: 'client', waits })
    const observed = running(withLedger(settled(), [[relationKey(4), entry]]), { client: access('client') })
    const { conditions, writes } = decide(observed)
    assert.match(
      conditions.map(({ message }) => message).join(),
      /no room yet for the new certificate .+ client goes on until/,
    )
    const answer = writes.find(({ kind }) => kind === 'answer/publish')
    assert.ok(answer?.kind === 'answer/publish')
    assert.deepEqual(
      answer.answer.statuses.map(({ code }) => code),
      [4103],
    )
  })
})
