// Changes to the settled observation: what happened, in the words of the tests.

import assert from 'node:assert/strict'
import type { Observed } from '../../../src/charm/observed.ts'
import { nextLedger } from '../../../src/charm/plan/clients/ledger.ts'
import { wantedWorkload } from '../../../src/charm/plan/workload/wanted.ts'
import { digestOfCertificates } from '../../../src/interfaces/authorities-digest.ts'
import { type LedgerEntry, shortFingerprint } from '../../../src/interfaces/ledger.ts'
import { type access, ledgerOf } from './observation.ts'

export function kinds(rows: readonly { readonly kind: string }[]): readonly string[] {
  return rows.map((row) => row.kind)
}

/** As it is once all that was planned for the machine is done. */
export function running(observed: Observed, known: Record<string, ReturnType<typeof access>> = {}): Observed {
  const wanted = wantedWorkload(observed, nextLedger(observed))
  assert.ok(wanted?.loading)
  const own = observed.peers?.units.get(observed.unit)
  assert.ok(observed.peers && own)
  const trusts = wanted.leaves.map(shortFingerprint).toSorted()
  const { peer, server, admin } = observed.peers.application.certificates.get(observed.unit) ?? {}
  assert.ok(peer && server && admin)
  const databag = {
    ...own.databag,
    data: true,
    ...(trusts.length > 0 && { trusts }),
    authorities: wanted.loading.authorities,
    ...(wanted.loading.settings && { settings: wanted.loading.settings }),
    certificates: digestOfCertificates({ peer, server, admin }),
  }
  const units = new Map([...observed.peers.units, [observed.unit, { ...own, databag }]])
  const machine = {
    ...observed.machine,
    files: wanted.files,
    loaded: { ...wanted.loading, guarded: true },
    data: true,
    service: 'active' as const,
  }
  return {
    ...observed,
    peers: { ...observed.peers, units },
    machine,
    etcd: {
      kind: 'up',
      here: true,
      members: undefined,
      authentication: true,
      accessRevision: undefined,
      access: new Map(Object.entries(known)),
      orphans: [],
    },
  }
}

export function withLedger(observed: Observed, rows: Parameters<typeof ledgerOf>[0], more = {}): Observed {
  assert.ok(observed.peers)
  return { ...observed, peers: { ...observed.peers, ledger: ledgerOf(rows, more) } }
}

export function withClients(observed: Observed, clients: Partial<Observed['clients']>): Observed {
  return { ...observed, clients: { ...observed.clients, ...clients } }
}

export function ledgerEntry(observed: Observed, name: string): LedgerEntry | undefined {
  return nextLedger(observed).entries.get(name)?.entry
}
