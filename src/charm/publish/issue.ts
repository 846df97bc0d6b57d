// Certificates: each unit makes its own requests, and the leader signs. The authorities' keys live in one app-owned secret and in
// the memory of a hook that signs, nowhere else.

import { type ByPurpose, type Purpose, printCertificates } from '../../interfaces/etcd-peers.ts'
import { findWorkload } from '../../machine/workload.ts'
import { signRequest } from '../../tls/authority.ts'
import { publicKeyOf } from '../../tls/key.ts'
import { createRequest } from '../../tls/request.ts'
import type { Charm } from '../charm.ts'
import type { Observed } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import type { CertificateWrite } from '../step.ts'
import { livesOf } from '../plan/certificates/signing.ts'
import { bySort } from '../plan/certificates/names.ts'
import { readOwnKey } from '../observe/own-key.ts'
import { readSigners } from './authorities.ts'

/** The names that the certificates carry; etcd knows the administrator by `root`. */
const commonNames: Readonly<Record<Purpose, string>> = {
  peer: 'etcd-peer',
  server: 'etcd-server',
  admin: 'root',
}

/** Signs what a unit asks for; subject and names are the leader's decision, only the public key is the unit's. */
export async function signCertificates(
  charm: Charm,
  observed: Observed,
  { unit, names, renews, superseded }: Extract<CertificateWrite, { kind: 'certificates/sign' }>,
): Promise<Record<string, string>> {
  const signers = await readSigners(charm)
  const requests = observed.peers?.units.get(unit)?.databag.requests
  if (!signers)
    throw new Waiting('waiting for new certificate authorities: the keys of the old ones are gone')
  if (!requests) throw new Waiting(`waiting for the requests of ${unit}`)
  const { certificates, keys } = signers
  const before = observed.peers?.application.certificates.get(unit)
  const sign = async (purpose: Purpose): Promise<string> => {
    if (before && !renews.includes(purpose)) return before[purpose]
    return signRequest({
      authority: { certificate: certificates[purpose], privateKey: keys[purpose] },
      request: requests[purpose],
      profile: purpose,
      commonName: commonNames[purpose],
      sans: purpose === 'admin' ? { dns: [], ips: [] } : bySort(names[purpose]),
      now: new Date(charm.now),
      days: livesOf(observed).days,
    })
  }
  const signed = { peer: await sign('peer'), server: await sign('server'), admin: await sign('admin') }
  return printCertificates(unit, signed, superseded)
}

/** Requests for the three keys on this disk, and which keys those are. */
export async function createRequests(): Promise<{ readonly requests: ByPurpose; readonly keys: ByPurpose }> {
  const workload = await findWorkload()
  const ask = async (purpose: Purpose): Promise<{ request: string; key: string }> => {
    const privateKey = await readOwnKey(workload, purpose)
    if (privateKey === undefined) throw new Waiting(`waiting for this unit's ${purpose} key`)
    const request = await createRequest({ privateKey, commonName: commonNames[purpose] })
    return { request, key: publicKeyOf(privateKey) }
  }
  const [peer, server, admin] = [await ask('peer'), await ask('server'), await ask('admin')]
  return {
    requests: { peer: peer.request, server: server.request, admin: admin.request },
    keys: { peer: peer.key, server: server.key, admin: admin.key },
  }
}
