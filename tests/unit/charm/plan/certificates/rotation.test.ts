// The three moves of a rotation, and what each waits for.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decide } from '../../../../../src/charm/decide.ts'
import { parseConfig } from '../../../../../src/config.ts'
import type { MemberSeen, Observed, PeerSeen, PeersSeen } from '../../../../../src/charm/observed.ts'
import { createAuthority } from '../../../../../src/tls/authority.ts'
import type { ByPurpose, PeerUnit } from '../../../../../src/interfaces/etcd-peers.ts'
import { access, accepted, relationKey, settled } from '../../observation.ts'
import { running, withLedger } from '../../observed-changes.ts'
import { member } from '../cluster/members.ts'

const day = 24 * 60 * 60 * 1000
const bundle = (...names: readonly string[]): string =>
  names.map((name) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`).join('')
const bundles = (...ages: readonly string[]) => ({
  peer: bundle(...ages.map((age) => `peer ${age}`)),
  server: bundle(...ages.map((age) => `server ${age}`)),
  admin: bundle(...ages.map((age) => `admin ${age}`)),
})

function inPhase(
  application: Partial<PeersSeen['application']>,
  change?: (own: PeerSeen) => PeerSeen,
): Observed {
  const observed = settled()
  assert.ok(observed.peers)
  const before = {
    ...observed,
    peers: { ...observed.peers, application: { ...observed.peers.application, ...application } },
  }
  const after = running(before)
  const own = after.peers?.units.get('etcd/0')
  assert.ok(after.peers && own)
  return { ...after, peers: { ...after.peers, units: new Map([['etcd/0', change ? change(own) : own]]) } }
}

function moves(observed: Observed): readonly string[] {
  return decide(observed).writes.flatMap((write) => (write.kind === 'authorities/rotate' ? [write.to] : []))
}

/** A second unit that has followed as far as the first one, but for what is told otherwise. */
function withPeer(observed: Observed, told: PeerUnit): Observed {
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const peer = { ...own, databag: { ...own.databag, ...told } }
  const certificates = new Map([...peers.application.certificates, ['etcd/1', pemsOf(peers)]] as const)
  const application = { ...peers.application, certificates }
  return { ...observed, peers: { ...peers, application, units: new Map([...peers.units, ['etcd/1', peer]]) } }
}

function pemsOf({ application }: PeersSeen): ByPurpose {
  const pems = application.certificates.get('etcd/0')
  assert.ok(pems)
  return pems
}

describe('a rotation of the certificate authorities', () => {
  it('begins when they end within two years, and not before', () => {
    const observed = inPhase({})
    assert.ok(observed.peers)
    const ending = (days: number): Observed =>
      observed.peers
        ? { ...observed, peers: { ...observed.peers, authoritiesEnd: observed.now + days * day } }
        : observed
    assert.deepEqual(
      [731, 729].map((days) => moves(ending(days))),
      [[], ['introduce']],
    )
    // The longest certificates that the option takes, beside authorities of today.
    const longest = parseConfig({ 'certificate-days': 1825 })
    assert.deepEqual(
      [3650, 1826, 1824].map((days) => moves({ ...ending(days), config: longest })),
      [[], [], ['introduce']],
    )
  })

  it('lets the new ones sign once every unit trusts them', () => {
    const application = { authorities: bundles('old', 'new'), rotation: 'introduce' } as const
    assert.deepEqual(moves(inPhase(application)), ['renew'])
    assert.deepEqual(moves(withPeer(inPhase(application), {})), ['renew'])
    assert.deepEqual(moves(withPeer(inPhase(application), { authorities: 'of the old alone' })), [])
    const { machine } = inPhase(application)
    assert.ok(machine.loaded)
    const behind = { ...machine, loaded: { ...machine.loaded, authorities: 'of the old alone' } }
    assert.deepEqual(moves({ ...inPhase(application), machine: behind }), [])
  })

  it('waits for no unit that waits itself until a member answers, unless it is just being added', () => {
    const application = { authorities: bundles('old', 'new'), rotation: 'introduce' } as const
    const observed = withPeer(inPhase(application), {})
    const { etcd, peers } = observed
    const peer = peers?.units.get('etcd/1')
    assert.ok(etcd.kind === 'up' && peers && peer)
    const joining: PeerSeen = { ...peer, databag: { certificates: peer.databag.certificates ?? '' } }
    const units = new Map([...peers.units, ['etcd/1', joining] as const])
    const among = (...members: readonly MemberSeen[]): Observed => ({
      ...observed,
      peers: { ...peers, units },
      etcd: { ...etcd, members },
    })
    const added = [member(0), member(1, { name: '' })]
    const planned = [among(member(0)), among(...added), among(member(0), member(1))].map(moves)
    assert.deepEqual(planned, [['renew'], [], []])
  })

  it('makes others instead of new ones that have ended, or are not valid yet, and waits where clocks only differ', async () => {
    const year = 365 * day
    const rotating = async (made: number): Promise<Observed> => {
      const { now } = settled()
      const of = { commonName: 'etcd peer authority', now: new Date(now + made), years: 1 }
      const { certificate } = await createAuthority(of)
      const authorities = { ...bundles('old'), peer: `${bundle('peer old')}${certificate}` }
      return inPhase({ authorities, rotation: 'introduce' })
    }
    const made = [-2 * year, year, 30 * 60 * 1000, -day]
    const planned = await Promise.all(made.map(async (at) => moves(await rotating(at))))
    assert.deepEqual(planned, [['introduce'], ['introduce'], [], ['renew']])
  })

  it('signs nothing by a clock that says less than the authorities, and says so', () => {
    const unsigned = (own: PeerSeen): PeerSeen => ({ ...own, issued: new Map() })
    const observed = inPhase({}, unsigned)
    assert.ok(observed.peers)
    const begins = (at: number): Observed => ({
      ...observed,
      ...(observed.peers && { peers: { ...observed.peers, authoritiesBegin: observed.now + at } }),
    })
    const signs = (of: Observed): number =>
      decide(of).writes.filter(({ kind }) => kind === 'certificates/sign').length
    assert.deepEqual([signs(begins(-1)), signs(begins(1))], [1, 0])
    const [first] = decide(begins(day)).conditions
    assert.match(first?.message ?? '', /^its clock says .* before the authorities are valid .*; set it,/)
  })

  it('lets the new ones sign only in a hook after clients were told of them', () => {
    const application = { authorities: bundles('old', 'new'), rotation: 'introduce' } as const
    const served = accepted('web', { served: true, answeredAs: 'web' })
    const untold = running(withLedger(inPhase(application), [[relationKey(4), served]]), {
      web: access('web'),
    })
    assert.deepEqual(moves(untold), [])
    const [written] = decide(untold).writes.flatMap((write) =>
      write.kind === 'ledger/write' ? [write.ledger] : [],
    )
    assert.ok(written && untold.peers)
    assert.deepEqual(moves({ ...untold, peers: { ...untold.peers, ledger: written } }), ['renew'])
  })

  it('lets the old ones go once every certificate is of the new and in use', () => {
    const application = { authorities: bundles('new', 'old'), rotation: 'renew' } as const
    assert.deepEqual(moves(inPhase(application)), ['finish'])
    const unsigned = (own: PeerSeen): PeerSeen => ({
      ...own,
      issued: new Map([...own.issued].map(([purpose, seen]) => [purpose, { ...seen, current: false }])),
    })
    assert.deepEqual(moves(inPhase(application, unsigned)), [])
    assert.deepEqual(moves(withPeer(inPhase(application), { certificates: 'older' })), [])
    const observed = inPhase(application)
    const files = { ...observed.machine.files, 'peer-certificate': 'older' }
    assert.deepEqual(moves({ ...observed, machine: { ...observed.machine, files } }), [])
  })

  it('signs anew what the old one signed', () => {
    const application = { authorities: bundles('new', 'old'), rotation: 'renew' } as const
    const unsigned = (own: PeerSeen): PeerSeen => ({
      ...own,
      issued: new Map([...own.issued].map(([purpose, seen]) => [purpose, { ...seen, current: false }])),
    })
    const { writes } = decide(inPhase(application, unsigned))
    assert.deepEqual(
      writes.flatMap((write) => (write.kind === 'certificates/sign' ? [write.unit] : [])),
      ['etcd/0'],
    )
  })

  it('restarts for another set of authorities, and not for another order', () => {
    const old = inPhase({ authorities: bundles('old', 'new') })
    const restarts = (ages: readonly string[]): readonly string[] => {
      assert.ok(old.peers)
      const peers = { ...old.peers, application: { ...old.peers.application, authorities: bundles(...ages) } }
      return decide({ ...old, peers }).steps.flatMap((step) =>
        step.kind === 'service/restart' ? [step.why] : [],
      )
    }
    assert.deepEqual(restarts(['new', 'old']), [])
    assert.deepEqual(restarts(['new']), ['it must trust other authorities'])
  })
})
