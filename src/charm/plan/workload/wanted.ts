// All that etcd reads on this unit, as it should be.

import { certificateToShow } from '../issuers/choose.ts'
import { withRoots } from '../issuers/trust.ts'
import { fingerprintOfPem } from '../trust/unloadable.ts'
import { digestOfAuthorities, splitBundle } from '../../../interfaces/authorities-digest.ts'
import { digest } from '../../../interfaces/digest.ts'
import { type ByPurpose, clientCasOf, purposes } from '../../../interfaces/etcd-peers.ts'
import type { Leaf, Ledger } from '../../../interfaces/ledger.ts'
import type { FileName, Loaded, Observed } from '../../observed.ts'
import { wantedConfiguration } from '../cluster/bootstrap.ts'
import { printTruststore, wantedLeaves } from '../trust/trust.ts'
import { holdBack } from './held.ts'
import { releaseToRun } from './next-start.ts'
import { planQuota } from './quota.ts'

/** All that etcd reads, as it should be. */
export interface Wanted {
  /** The configuration is missing while this unit is no member and can't become one yet. */
  readonly files: Readonly<Partial<Record<FileName, string>>>
  readonly leaves: readonly Leaf[]
  readonly loading: Loaded | undefined
  /** `loading`, if nothing of it had been found not to run. */
  readonly asked: Loaded | undefined
}

/** `undefined` while the leader has not signed this unit's certificates. */
export function wantedWorkload(observed: Observed, ledger: Ledger): Wanted | undefined {
  const { peers, addresses, machine } = observed
  const authorities = peers?.application.authorities
  const own = ownCertificates(observed)
  const release = releaseToRun(observed)
  if (!authorities || !own || !addresses || !release) return undefined
  const leaves = wantedLeaves(observed, ledger)
  const clientCas = clientCasOf(peers.application)
  const configuration = wantedConfiguration(observed, addresses, release)
  const bundles = withRoots(observed, authorities)
  const files = {
    ...(configuration && { configuration: configuration.text }),
    'peer-authority': bundles.peer,
    'server-authority': bundles.server,
    truststore: printTruststore([authorities.admin, ...clientCas], leaves),
    'peer-certificate': certificateToShow(observed, 'peer', own.peer),
    'server-certificate': certificateToShow(observed, 'server', own.server),
    'admin-certificate': own.admin,
  }
  if (!configuration) return { files, leaves, loading: undefined, asked: undefined }
  const { version, archive, revision } = release
  const loading: Loaded = {
    version,
    ...(archive !== undefined && { archive }),
    ...(revision !== undefined && { revision }),
    configuration: digest(configuration.settled),
    settings: digest(configuration.shared),
    authorities: digestOfAuthorities({ ...authorities, ...bundles }, clientCas),
    ...rootsToLoad(authorities.peer, bundles.peer),
    leaves: leaves.map(({ fingerprint, serial, commonName }) => ({ fingerprint, serial, commonName })),
    guarded: machine.loaded?.guarded === true,
    quota: planQuota(observed).bytes,
  }
  return { ...holdBack(observed, { files, loading }), leaves, asked: loading }
}

/** By their fingerprints, of issuers of the operator's. */
function rootsToLoad(own: string, bundle: string): Pick<Loaded, 'roots'> {
  const authorities = new Set(splitBundle(own))
  const roots = splitBundle(bundle).filter((pem) => !authorities.has(pem))
  return roots.length > 0 ? { roots: roots.map(fingerprintOfPem).sort() } : {}
}

/** The certificates that the leader issued for the keys on this disk. */
function ownCertificates(observed: Observed): ByPurpose | undefined {
  const seen = observed.peers?.units.get(observed.unit)
  const fits = purposes.every((purpose) => {
    const key = observed.machine.keys.get(purpose)
    return key !== undefined && seen?.issued.get(purpose)?.publicKey === key
  })
  return fits ? observed.peers?.application.certificates.get(observed.unit) : undefined
}
