// Those whom etcd lets in beside the charm's clients: the members' administrators, and whoever has a certificate of an authority that an
// operator gave over `client-cas`. Anybody may ask for a certificate with a serial of theirs, and the revocation list knows only serials.

import { digestOfAuthorities } from '../../../interfaces/authorities-digest.ts'
import { clientCasOf } from '../../../interfaces/etcd-peers.ts'
import { describeCertificate } from '../../../tls/certificate.ts'
import { withRoots } from '../issuers/trust.ts'
import type { Observed } from '../../observed.ts'

export interface Bystanders {
  readonly serials: ReadonlySet<string>
  /** There may be others, whose serials nobody tells. */
  readonly strangers: boolean
}

export function bystandersOf(observed: Observed): Bystanders {
  const { machine, peers } = observed
  const issued = [...(peers?.units.values() ?? [])].flatMap((unit) => unit.issued.get('admin')?.serial ?? [])
  // The one that this unit still shows while the leader has signed another.
  const own = describeCertificate(machine.files['admin-certificate'] ?? '')
  // Another unit may as well.
  const superseded = [...(peers?.application.superseded?.values() ?? [])].flat().map(({ serial }) => serial)
  return {
    serials: new Set([...issued, ...superseded, ...(own ? [own.serial] : [])]),
    strangers: lets(observed),
  }
}

/** It trusts an operator's authority, or will with its next start; the list lives on through that. */
function lets(observed: Observed): boolean {
  const { machine, peers } = observed
  const authorities = peers?.application.authorities
  if (!peers || !authorities) return false
  if (clientCasOf(peers.application).length > 0) return true
  return (
    machine.loaded !== undefined &&
    machine.loaded.authorities !==
      digestOfAuthorities({ ...authorities, ...withRoots(observed, authorities) }, [])
  )
}
