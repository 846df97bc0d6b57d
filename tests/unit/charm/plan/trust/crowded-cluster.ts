// A cluster whose truststore is crowded, for the core alone: requirers ask, renew and leave, operators give authorities and rotate, and
// after each hook what is to be written is measured.

import assert from 'node:assert/strict'
import { decide } from '../../../../../src/charm/decide.ts'
import type { Observed, RelationSeen } from '../../../../../src/charm/observed.ts'
import { admitAuthorities } from '../../../../../src/charm/plan/trust/client-cas.ts'
import { nextLedger } from '../../../../../src/charm/plan/clients/ledger.ts'
import { rulesOf } from '../../../../../src/charm/plan/clients/rules.ts'
import { nextInLine } from '../../../../../src/charm/plan/clients/next-in-line.ts'
import {
  adminBytes,
  leavesBytes,
  measureBundle,
  mostBytes,
} from '../../../../../src/charm/plan/trust/room.ts'
import { wantedWorkload } from '../../../../../src/charm/plan/workload/wanted.ts'
import type { ClientCas } from '../../../../../src/interfaces/etcd-peers.ts'
import type { Leaf, Ledger, LedgerEntry } from '../../../../../src/interfaces/ledger.ts'
import { writePem } from '../../../../../src/tls/pem.ts'
import { access, leaf, now, settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'

/** Nothing but the fields before the subject, and a subject of so many bytes: all that is measured. */
function certificate(name: string, subject: number): string {
  const element = (tag: number, content: Buffer): Buffer => {
    const length = Buffer.from([0x82, content.length >> 8, content.length & 0xff])
    return Buffer.concat([Buffer.from([tag]), length, content])
  }
  const serial = element(0x02, Buffer.from(name))
  const empty = element(0x30, Buffer.alloc(0))
  const body = [serial, empty, empty, empty, element(0x30, Buffer.alloc(subject - 4))]
  return writePem('CERTIFICATE', element(0x30, element(0x30, Buffer.concat(body))))
}

export function leafOf(commonName: string, serial: string, subjectSize: number): Leaf {
  const pem = certificate(`${commonName}-${serial}`, subjectSize)
  return { ...leaf(commonName, serial), pem, subjectSize }
}

/** Of a subject. */
export const largest = 1_024

/** A model of one unit that leads: what requirers ask for, what the ledger says, what etcd has loaded. */
export class Cluster {
  observed: Observed = running(withAdmin(atOnce(settled()), [1]))
  readonly asks = new Map<number, Map<string, Leaf>>()
  operators: Record<string, ClientCas> = {}
  next = 1

  ask(relation: number, name: string, size: number): void {
    const serial = String(this.next)
    this.next += 1
    const requests = this.asks.get(relation) ?? new Map<string, Leaf>()
    this.asks.set(relation, requests.set(name, leafOf(`${relation}-${name}`, serial, size)))
  }

  /** As much as a requirer may ask for, and then some. */
  fill(relation: number): void {
    for (let nth = 1; nth <= 20; nth += 1) this.ask(relation, `r${nth}`, largest)
    this.hook(relation)
  }

  renew(relation: number): void {
    for (const name of [...(this.asks.get(relation)?.keys() ?? [])]) this.ask(relation, name, largest)
  }

  renewAll(): void {
    for (const relation of this.asks.keys()) this.renew(relation)
    this.sweep()
  }

  leave(relation: number): void {
    this.asks.delete(relation)
    this.look(new Map(), new Set([relation]))
  }

  give(relation: number, sizes: readonly number[]): void {
    const certificates = sizes.map((size, at) => certificate(`ca-${relation}-${at}-${size}`, size))
    this.operators = { ...this.operators, [relation]: { application: 'cas', certificates, refused: [] } }
    this.sweep()
  }

  rotate(): void {
    const two = measureBundle(adminOf(this.observed)) > measureBundle(admin(1))
    this.observed = withAdmin(this.observed, two ? [this.next] : [this.next, this.next + 1])
    this.next += 1
    this.sweep()
  }

  hook(relation: number): void {
    this.look(new Map([[relation, this.seen(relation)]]), new Set())
  }

  sweep(): void {
    const before = this.observed.peers?.application.clientCas ?? {}
    const ledger = this.observed.peers?.ledger
    assert.ok(ledger && this.observed.peers)
    const rest = adminBytes(this.observed.peers.application.authorities) + leavesBytes(ledger)
    const clientCas = admitAuthorities(this.operators, before, rest)
    this.look(
      new Map([...this.asks.keys()].map((relation) => [relation, this.seen(relation)])),
      new Set(),
      clientCas,
    )
  }

  seen(relation: number): RelationSeen {
    const requests = [...(this.asks.get(relation) ?? [])].map(([request, wanted]) => ({
      asked: { request, prefix: `/${request}/`, echo: {} },
      certificate: { kind: 'leaf' as const, leaf: wanted, secret: undefined },
    }))
    return { kind: 'requests', application: 'web', protocol: 'v1', requests }
  }

  look(
    relations: ReadonlyMap<number, RelationSeen>,
    gone: ReadonlySet<number>,
    clientCas?: Readonly<Record<string, ClientCas>>,
  ): void {
    const { peers, config, unit } = this.observed
    assert.ok(peers)
    const looked = new Map(relations)
    const clients = { ...this.observed.clients, relations: looked, gone }
    for (;;) {
      const next = nextInLine(
        peers.ledger,
        clients,
        rulesOf({ config, peers, unit, clientCas: undefined, now }),
      )
      if (next === undefined) break
      looked.set(next, this.seen(next))
    }
    this.commit({ ...this.observed, clients, clientCas })
  }

  /** The hook ends: its writes are in Juju, etcd has loaded what it wrote, and every user is there. */
  commit(seen: Observed): void {
    const plan = decide(seen)
    for (const step of plan.steps)
      if (step.kind === 'file/write' && step.file === 'truststore') assertFits(step.content, adminOf(seen))
    const ledger = nextLedger(seen)
    const clientCas = seen.clientCas ?? seen.peers?.application.clientCas ?? {}
    assert.ok(seen.peers)
    const after = {
      ...seen,
      clients: settled().clients,
      clientCas: undefined,
      peers: { ...seen.peers, ledger, application: { ...seen.peers.application, clientCas } },
    }
    const wanted = wantedWorkload(after, ledger)
    assert.ok(wanted)
    assertFits(wanted.files.truststore ?? '', adminOf(after), 'what a hook leaves behind always fits')
    this.observed = running(after, accessIn(ledger))
  }

  waiting(): readonly LedgerEntry[] {
    const rows = [...(this.observed.peers?.ledger.entries.values() ?? [])]
    return rows.map(({ entry }) => entry).filter((entry) => entry.state === 'accepted' && entry.waits)
  }
}

/** Whoever is accepted has its user: what is not seen in etcd is not known to be ours, and trusted by nobody. */
function accessIn({ entries }: Ledger): Record<string, ReturnType<typeof access>> {
  const rows = [...entries.values()].flatMap(({ entry }) =>
    entry.state === 'accepted'
      ? [[entry.leaf.commonName, access(entry.leaf.commonName, entry.prefix)] as const]
      : [],
  )
  return Object.fromEntries(rows)
}

/** Room is all that anybody waits for here. */
function atOnce({ config, ...observed }: Observed): Observed {
  return { ...observed, config: { ...config, inForce: { ...config.inForce, 'client-restart-interval': 0 } } }
}

function admin(nth: number): string {
  return certificate(`admin-${nth}`, 60)
}

function adminOf({ peers }: Observed): string {
  return peers?.application.authorities?.admin ?? ''
}

function withAdmin(observed: Observed, which: readonly number[]): Observed {
  const { peers } = observed
  assert.ok(peers?.application.authorities)
  const authorities = { ...peers.application.authorities, admin: which.map(admin).join('') }
  return { ...observed, peers: { ...peers, application: { ...peers.application, authorities } } }
}

function assertFits(bundle: string, authorities: string, why?: string): void {
  const bytes = measureBundle(bundle)
  assert.ok(bytes <= mostBytes, `${bytes} bytes ${why ?? ''}`)
  for (const pem of authorities.split(/(?<=-----END CERTIFICATE-----\n)/))
    assert.ok(bundle.includes(pem.trim()))
}
