// The revocation list: whom etcd still trusts as it was started, and no longer should; and administrators whose unit is gone.

import type { Leaf } from '../../../interfaces/ledger.ts'
import type { Loaded, MachineSeen, Observed } from '../../observed.ts'
import type { Step } from '../../step.ts'
import { type Bystanders, bystandersOf } from './bystanders.ts'

/** etcd goes on reading one that has ended; other programs that look at it do not. */
const renewBefore = 365 * 24 * 60 * 60 * 1000

export function planRevocation(observed: Observed, leaves: readonly Leaf[]): readonly Step[] {
  const { revoked, revocationEnds } = observed.machine
  const stale = serialsToRevoke(observed.machine, leaves, bystandersOf(observed))
  const serials = [...new Set([...stale, ...withdrawnSerials(observed)])].sort()
  const ends = revocationEnds !== undefined && revocationEnds - observed.now < renewBefore
  if (revoked && !ends && revoked.join(' ') === serials.join(' ')) return []
  const why = ends
    ? 'the revocation list ends'
    : revoked
      ? 'what etcd still trusts and no longer should has changed'
      : 'without it etcd refuses everybody'
  return [{ kind: 'revocation/write', serials, why }]
}

/** Of administrators whose unit is gone: the charm chose these serials itself, so nobody else has one. */
function withdrawnSerials({ now, peers }: Observed): readonly string[] {
  const valid = (peers?.application.withdrawn ?? []).filter(({ notAfter }) => notAfter > now)
  return valid.map(({ serial }) => serial)
}

/**
 * Serials of the leaves that the running etcd still trusts and no longer should. etcd compares serials only, whatever the issuer, of
 * every certificate that is shown to it: so no serial is listed that somebody else may have. That removal waits for a restart.
 */
export function serialsToRevoke(
  { loaded, revoked = [] }: Pick<MachineSeen, 'loaded' | 'revoked'>,
  wanted: readonly Leaf[],
  bystanders: Bystanders,
): readonly string[] {
  // Where the note is gone of what etcd trusts, whoever is cut off stays so.
  const candidates = loaded ? unwanted(loaded, wanted) : revoked.map((serial) => ({ serial }))
  const stale = candidates.filter((leaf) => isOnlyTheirs(leaf, wanted, bystanders))
  return [...new Set(stale.map((leaf) => leaf.serial))].sort()
}

/** Whether nobody else who is trusted has the serial, as far as the charm can know. */
export function isOnlyTheirs(
  { serial }: Pick<Leaf, 'serial'>,
  wanted: readonly Leaf[],
  { serials, strangers }: Bystanders,
): boolean {
  return !strangers && !serials.has(serial) && wanted.every((leaf) => leaf.serial !== serial)
}

/** Those whom the running etcd trusts and should not. */
export function unwanted({ leaves }: Loaded, wanted: readonly Leaf[]): Loaded['leaves'] {
  const fingerprints = new Set(wanted.map((leaf) => leaf.fingerprint))
  return leaves.filter((leaf) => !fingerprints.has(leaf.fingerprint))
}
