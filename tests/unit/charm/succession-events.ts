// What can happen in that world, in any order: what requirers, operators, Juju and machines do.

import * as fc from 'fast-check'
import type { Order } from '../../../src/charm/observed.ts'
import { leaf } from './observation.ts'
import { acrossModels, names } from './succession-observed.ts'
import { restart } from './succession-etcd.ts'
import { ask, begin, end, type Hindrance, type Hook, newNode, type World } from './succession-world.ts'

export const units = ['etcd/0', 'etcd/1', 'etcd/2'] as const
const relations = [4, 5, acrossModels] as const
const requests = ['a', 'b'] as const

export type Event =
  | {
      readonly kind: 'ask'
      readonly relation: number
      readonly request: string
      readonly commonName: string
      readonly part: string
      readonly serial: number
      readonly bad?: boolean
    }
  /** A request less. */
  | { readonly kind: 'drop'; readonly relation: number; readonly request: string }
  /** Its two requests, each with the other's name and certificate. */
  | { readonly kind: 'swap'; readonly relation: number }
  | { readonly kind: 'leave'; readonly relation: number }
  | { readonly kind: 'suspend' | 'resume' }
  /** Whether the operator trusts an authority of others: no serial is revoked then. */
  | { readonly kind: 'client-cas'; readonly there: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'lead' | 'begin' | 'crash' | 'depart'; readonly unit: string }
  | { readonly kind: 'join' }
  /** Each unit runs a hook, as far as it may. */
  | { readonly kind: 'round' }
  | { readonly kind: 'hinder'; readonly unit: string; readonly from: Hindrance | undefined }
  | { readonly kind: 'end'; readonly unit: string; readonly hook: Hook }
  | { readonly kind: 'order'; readonly order: Order; readonly hook: Hook }

const relation = fc.constantFrom(...relations)
const request = fc.oneof({ weight: 3, arbitrary: fc.constant(requests[0]) }, fc.constantFrom(...requests))
const commonName = fc.oneof({ weight: 2, arbitrary: fc.constant(names[0]) }, fc.constantFrom(...names))
const unit = fc.oneof({ weight: 2, arbitrary: fc.constant(units[0]) }, fc.constantFrom(...units, 'etcd/3'))
const mostly = (value: boolean, weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, fc.constant(!value))
const hook: fc.Arbitrary<Hook> = fc.record({
  most: fc.oneof({ weight: 3, arbitrary: fc.constant(1000) }, fc.nat(9)),
  turn: mostly(true, 2),
  blind: mostly(false, 8),
  sweep: mostly(true, 1),
  about: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, relation),
})
/** What an operator makes, whose place is written as that of a relation 9. */
const client = fc
  .record({ commonName, serial: fc.nat(9), part: fc.constantFrom('', 'a/'), readOnly: fc.boolean() })
  .map(({ serial, part, readOnly, ...of }) => ({
    leaf: leaf(of.commonName, `${of.commonName}-9-a${serial}`),
    prefix: `/9/${part}`,
    readOnly,
  }))
const kind = <Kind extends string>(name: Kind) => fc.constant(name)

export const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: kind('ask'),
      relation,
      request,
      commonName,
      part: fc.constantFrom('', 'a/', 'b/'),
      serial: fc.nat(1),
      bad: mostly(false, 8),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('drop'), relation, request }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('swap'), relation }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('leave'), relation }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('suspend', 'resume') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('client-cas'), there: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('wait'), seconds: fc.constantFrom(5, 30, 4000) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('lead'), unit }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('crash'), unit }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('depart'), unit }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('join') }) },
  { weight: 6, arbitrary: fc.record({ kind: kind('begin'), unit }) },
  { weight: 24, arbitrary: fc.record({ kind: kind('end'), unit, hook }) },
  { weight: 8, arbitrary: fc.record({ kind: kind('round') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('hinder'),
      unit,
      from: fc.constantFrom('restarts', 'hooks', undefined),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('order'),
      order: fc.record({ kind: fc.constantFrom('revoke', 'allow'), commonName }),
      hook,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('order'), order: fc.record({ kind: kind('create'), client }), hook }),
  },
)

export function happen(world: World, what: Event, check: () => void): void {
  switch (what.kind) {
    case 'ask':
      ask(world, what.relation, what.request, {
        commonName: what.commonName,
        prefix: `/${what.relation}/${what.part}`,
        serial: `${what.commonName}-${what.relation}-${what.request}${what.serial}`,
        bad: what.bad === true,
      })
      return
    case 'drop':
      world.asks.get(what.relation)?.delete(what.request)
      return
    case 'swap':
      swap(world, what.relation)
      return
    case 'leave':
      if (world.asks.delete(what.relation)) world.gone.add(what.relation)
      world.suspended.delete(what.relation)
      return
    case 'suspend':
      if (world.asks.has(acrossModels)) world.suspended.add(acrossModels)
      return
    case 'resume':
      world.suspended.delete(acrossModels)
      return
    case 'client-cas':
      world.clientCas = what.there ? { 9: people } : {}
      return
    case 'wait':
      world.now += what.seconds * 1000
      return
    case 'round':
      runAll(world, check)
      return
    case 'hinder':
      if (what.from) world.hindered.set(what.unit, what.from)
      else world.hindered.clear()
      return
    case 'order':
      if (what.order.kind === 'create')
        world.leaves.set(what.order.client.leaf.fingerprint, what.order.client.leaf)
      end(world, world.leader, { ...what.hook, order: what.order }, check)
      return
    default:
      happenAt(world, what, check)
  }
}

/** A hook that nothing keeps from its end. */
export const whole: Hook = { most: 1000, turn: true, sweep: true }

const people = {
  application: 'people',
  certificates: ['-----BEGIN CERTIFICATE-----\nCA\n-----END CERTIFICATE-----\n'],
  refused: [],
}

function runAll(world: World, check: () => void): void {
  for (const who of [...world.nodes.keys()]) {
    const from = world.hindered.get(who)
    if (from !== 'hooks') end(world, who, { ...whole, turn: from === undefined }, check)
  }
}

/** Nothing at a unit that is not there. */
function happenAt(
  world: World,
  what: Extract<Event, { kind: 'lead' | 'begin' | 'crash' | 'depart' | 'join' | 'end' }>,
  check: () => void,
): void {
  if (what.kind === 'join') {
    if (!world.nodes.has('etcd/3')) world.nodes.set('etcd/3', newNode())
    return
  }
  const node = world.nodes.get(what.unit)
  if (!node) return
  switch (what.kind) {
    case 'lead':
      lead(world, what.unit)
      return
    case 'begin':
      begin(world, what.unit)
      return
    case 'crash':
      if (node.runs) restart(world, node)
      return
    case 'depart':
      depart(world, what.unit)
      return
    case 'end':
      end(world, what.unit, what.hook, check)
      return
    default:
      what satisfies never
  }
}

function swap(world: World, from: number): void {
  const asks = world.asks.get(from)
  const [a, b] = [asks?.get('a'), asks?.get('b')]
  if (!a || !b) return
  ask(world, from, 'a', { ...b, prefix: a.prefix })
  ask(world, from, 'b', { ...a, prefix: b.prefix })
}

function lead(world: World, to: string): void {
  if (world.leader === to) return
  world.leader = to
  world.term += 1
}

/** Its etcd stops with it; its hook, if one was under way, is over. */
function depart(world: World, who: string): void {
  if (world.nodes.size < 2) return
  world.nodes.delete(who)
  world.signed.delete(who)
  const [next] = world.nodes.keys()
  if (world.leader === who && next !== undefined) lead(world, next)
}
