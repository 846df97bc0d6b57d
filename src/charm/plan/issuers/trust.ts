// Roots of issuers of the operator's that this unit trusts, beside the charm's own authorities, which it trusts always: so a certificate of
// the charm's own is never out of place, whatever becomes of an issuer (docs/adr/0035-issuers-are-facts.md).

import { splitBundle } from '../../../interfaces/authorities-digest.ts'
import type { ByPurpose } from '../../../interfaces/etcd-peers.ts'
import type { IssuerRole } from '../../../interfaces/issuers.ts'
import type { Observed } from '../../observed.ts'
import { fingerprintOfPem } from '../trust/unloadable.ts'
import { authorityFiles } from './shown.ts'

/** PEM, as the leader has told all of them. */
export function trustedRoots({ peers }: Observed, role: IssuerRole): readonly string[] {
  return (peers?.application.issuers?.[role]?.anchors ?? []).map(({ pem }) => pem)
}

/**
 * What etcd is to trust peers by, and the charm and its clients servers by. One that the leader has let go stays for as long as
 * some unit tells that it shows it.
 */
export function withRoots(observed: Observed, authorities: ByPurpose): Pick<ByPurpose, 'peer' | 'server'> {
  const bundle = (role: IssuerRole): string => {
    const all = [...trustedRoots(observed, role), ...keptRoots(observed, role)]
    const roots = all.filter((pem) => !holds(splitBundle(authorities[role]), pem))
    return roots.length === 0 ? authorities[role] : join(authorities[role], roots)
  }
  return { peer: bundle('peer'), server: bundle('server') }
}

function keptRoots(observed: Observed, role: IssuerRole): readonly string[] {
  const told = trustedRoots(observed, role)
  return splitBundle(observed.machine.files[authorityFiles[role]] ?? '').filter(
    (pem) => isShown(observed, role, fingerprintOfPem(pem)) && !holds(told, pem),
  )
}

/**
 * By which alone peers are let in: for as long as a root is trusted, so that it goes with the last of them, in one restart, and whoever
 * an issuer signs for is never let in by a root that is still to go.
 */
export function allowedPeerName(observed: Observed): string | undefined {
  const narrow = observed.peers?.application.issuers?.peer?.narrow
  if (narrow !== undefined || keptRoots(observed, 'peer').length === 0) return narrow
  return /^ *AllowedHostname: (\S+)$/m.exec(observed.machine.files.configuration ?? '')?.[1]
}

/** What clients are told to trust servers by. */
export function serverBundle(observed: Observed): string | undefined {
  const authority = observed.peers?.application.authorities?.server
  const roots = trustedRoots(observed, 'server')
  return authority === undefined || roots.length === 0 ? authority : join(authority, roots)
}

function join(authority: string, roots: readonly string[]): string {
  return [authority, ...roots].map((pem) => `${pem.trim()}\n`).join('')
}

function holds(pems: readonly string[], pem: string): boolean {
  return pems.some((one) => one.trim() === pem.trim())
}

export function isShown({ peers }: Observed, role: IssuerRole, root: string): boolean {
  return [...(peers?.units.values() ?? [])].some(({ databag }) => databag.issuers?.[role]?.presents === root)
}

/** Fingerprints of what this unit trusts now: by the running etcd for peers, by what lies on its disk for servers. */
export function rootsInForce(observed: Observed, role: IssuerRole): readonly string[] {
  const { machine } = observed
  if (role === 'peer') return machine.loaded?.roots ?? []
  const own = splitBundle(observed.peers?.application.authorities?.server ?? '')
  return splitBundle(machine.files['server-authority'] ?? '')
    .filter((pem) => !holds(own, pem))
    .map(fingerprintOfPem)
    .sort()
}
