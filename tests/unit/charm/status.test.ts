import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../../../src/charm/decide.ts'
import { shown, statusOf, withOutage } from '../../../src/charm/status.ts'
import { type Condition, stakes } from '../../../src/charm/step.ts'
import { parseConfig } from '../../../src/config.ts'
import type { Observed } from '../../../src/charm/observed.ts'
import { wholeMessage } from '../../stories/driver/whole-message.ts'
import { accepted, type ledgerOf, relationKey, settled } from './observation.ts'
import { running, withLedger } from './observed-changes.ts'
import { etcdUp, member } from './plan/cluster/members.ts'

const severity = ['blocked', 'waiting', 'maintenance', 'active'] as const
const text = fc.stringMatching(/^[a-z ]{1,9}$/)
const condition = (stake: fc.Arbitrary<(typeof stakes)[number]>): fc.Arbitrary<Condition> =>
  fc.record({ status: fc.constantFrom(...severity), message: text, scope: fc.constant('unit'), stake })
const ofClients = fc.array(condition(fc.constant('clients')), { maxLength: 9 })

test('the message is of what has most at stake, the word of what is worst, and the count of all', () => {
  fc.assert(
    fc.property(fc.array(condition(fc.constantFrom(...stakes)), { minLength: 1, maxLength: 9 }), (all) => {
      const { status, message } = statusOf(all)
      assert.equal(
        status,
        severity.find((word) => all.some((one) => one.status === word)),
      )
      const stake = stakes.find((name) => all.some((one) => one.stake === name))
      const told = wholeMessage(message)
      assert.ok(all.some((one) => one.stake === stake && one.message === told))
      assert.equal(message.includes(` (+${all.length - 1} more: run status)`), all.length > 1)
    }),
  )
})

const words = fc
  .array(fc.stringMatching(/^[a-z0-9,:()/-]{1,12}$/), { minLength: 1, maxLength: 40 })
  .map((list) => list.join(' ').replaceAll(/[()]/g, ''))

test('cut where a table cuts it, it still tells the thing, the remedy and how many more there are; and whole, all of it', () => {
  fc.assert(
    fc.property(words, words, fc.nat(1200), (thing, remedy, more) => {
      const one: Condition = {
        status: 'blocked',
        message: `${thing}; ${remedy}`,
        scope: 'unit',
        stake: 'cluster',
      }
      const others = Array.from({ length: more }, () => ({ ...one, stake: 'clients' }) as const)
      const { message } = statusOf([...others, one])
      const seen = message.slice(0, shown)
      const first = (text: string): string => text.slice(0, 18).trimEnd()
      assert.ok(seen.startsWith(first(thing)), message)
      assert.ok(seen.includes(`; ${first(remedy)}`), message)
      if (more > 0) assert.ok(seen.includes(`(+${more} more: run status)`), message)
      assert.equal(wholeMessage(message), one.message)
    }),
  )
})

test('of a long message the details in brackets go first, and a name in them stays', () => {
  const message =
    'relation 5 request 1a2b3c4d (web): the secret with the certificate may not be read, nor anything else of it that there may be; grant it to this relation'
  const told = statusOf([
    { status: 'waiting', message, scope: 'application' },
    { status: 'waiting', message: 'x', scope: 'application' },
  ]).message
  assert.equal(
    told.slice(0, told.indexOf('. In full: ')),
    'relation 5 request 1a2b3c4d (web): the secret with the certificate…; grant it to this relation (+1 more: run status)',
  )
})

test('whatever is wrong with clients, it is told after the loss of a member or a machine', () => {
  const worth = condition(fc.constantFrom('cluster', 'machine'))
  fc.assert(
    fc.property(worth, ofClients, fc.nat(9), (loss, clients, at) => {
      const mixed = [...clients.slice(0, at), loss, ...clients.slice(at)]
      assert.equal(wholeMessage(statusOf(mixed).message), loss.message)
    }),
  )
})

/** The leader of three, with those members silent, and one client that was refused. */
function statusWith(silent: readonly number[], rows: Parameters<typeof ledgerOf>[0]) {
  const observed = withLedger(running(settled()), rows)
  const members = [0, 1, 2].map((nth) => member(nth, { responds: !silent.includes(nth) }))
  return statusOf(decide({ ...observed, etcd: etcdUp(members, { access: new Map() }) }).conditions)
}

test('a refused client does not hide that a member is away, or that there is no quorum', () => {
  const { leaf: _, ...basics } = { ...accepted('web'), leaf: undefined }
  const refused = { ...basics, state: 'refused', code: 'certificate-is-ca', detail: '' } as const
  const rows = [[relationKey(5), refused]] as const
  assert.match(statusWith([], rows).message, /^relation 5 \(web\): the certificate is a CA/)
  assert.match(
    statusWith([2], rows).message,
    /^2 of 3 members healthy.*look after etcd-2 \(\+1 more: run status\)$/,
  )
  const observed = withLedger(running(settled()), rows)
  const standing = [0, 1, 2].map((nth) => member(nth, { responds: nth === 0 }))
  const lost = decide({ ...observed, etcd: { kind: 'down', why: 'no leader', standing } }).conditions
  assert.match(
    statusOf(lost).message,
    /^quorum lost: 1 of 3 .*\(\+1 more: run status\)\. In full: quorum lost: 1 of 3 .* on the leader$/,
  )
})

test('of a unit that is being removed and does not answer, the status says what Juju needs where its machine is gone', () => {
  const observed = running(settled())
  const { peers } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  const units = new Map(['etcd/0', 'etcd/1', 'etcd/2'].map((unit) => [unit, own] as const))
  const members = [0, 1, 2].map((nth) => member(nth, { responds: nth !== 2 }))
  const told = (expected: readonly string[] | undefined): string =>
    statusOf(
      decide({
        ...observed,
        peers: { ...peers, units },
        expectedUnits: expected && new Set(expected),
        etcd: etcdUp(members, { access: new Map() }),
      }).conditions,
    ).message
  assert.match(told(['etcd/0', 'etcd/1']), /; if the machine of etcd\/2 is gone: juju remove-unit --force/)
  for (const expected of [undefined, ['etcd/0', 'etcd/1', 'etcd/2']])
    assert.match(told(expected), /; look after etcd-2/)
})

const down = { kind: 'down', why: 'ECONNREFUSED', standing: undefined } as const

/** With an option that is invalid beside it. */
function messageOf(more: Partial<Observed>): string {
  const observed = { ...running(settled()), config: parseConfig({ 'heartbeat-interval': 5 }), ...more }
  return wholeMessage(statusOf(decide(observed).conditions).message)
}

test('an option that is invalid hides no etcd that is down, no storage that is away, no recovery that waits', () => {
  const { machine, peers } = running(settled())
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own)
  assert.match(messageOf({}), /^option heartbeat-interval is invalid/)
  assert.match(messageOf({ etcd: down }), /^etcd does not answer: ECONNREFUSED/)
  const away = { ...machine, storage: { kind: 'away', storage: 'data/0', folder: '/data' } as const }
  assert.match(messageOf({ machine: away, etcd: down }), /^storage data\/0 is not mounted/)
  const damage = { ...machine, damage: 'crc mismatch', service: 'failed' as const }
  assert.match(messageOf({ machine: damage, etcd: down }), /^etcd can't run on its data/)
  const application = { ...peers.application, founding: { token: 'token-2', generation: 2 } }
  const units = new Map([...peers.units, ['etcd/1', own] as const])
  const recovering = {
    peers: { ...peers, application, units },
    expectedUnits: new Set(['etcd/0', 'etcd/1']),
    etcd: down,
    machine: { ...machine, data: false, claim: undefined },
  }
  assert.match(messageOf(recovering), /^waiting for etcd\/1 to tell what data it has; bring it back/)
})

test('an ordinary start is not told under the word that an invalid option earns', () => {
  const { machine, peers } = running(settled())
  assert.ok(peers)
  const starting = { ...machine, run: { ...machine.run, mute: true } }
  const told = messageOf({ machine: starting, etcd: down })
  assert.match(told, /^option heartbeat-interval is invalid/)
  const { founding: _, ...application } = peers.application
  const anew = { peers: { ...peers, application }, expectedUnits: new Set(['etcd/0', 'etcd/1']) }
  assert.match(messageOf({ ...anew, etcd: { kind: 'unasked' } }), /^option heartbeat-interval is invalid/)
})

test('what a step fails at while the member is out is told before that it is out, and else after what is worse', () => {
  const full: Condition = { status: 'waiting', message: 'the port is taken', scope: 'unit' }
  const out: Condition = { status: 'waiting', message: 'etcd is down', scope: 'unit', stake: 'member' }
  const invalid: Condition = { status: 'blocked', message: 'option x', scope: 'unit' }
  const told = (planned: readonly Condition[]) =>
    wholeMessage(statusOf([...withOutage([full], planned), ...planned]).message)
  assert.equal(told([invalid, out]), full.message)
  assert.equal(told([invalid]), invalid.message)
})
