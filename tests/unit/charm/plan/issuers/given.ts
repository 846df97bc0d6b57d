// A unit that has asked an issuer of the operator's, what it was given, and who trusts it.

import assert from 'node:assert/strict'
import type { IssuerSeen, Observed, RequestOnDisk } from '../../../../../src/charm/observed.ts'
import { certificateToShow } from '../../../../../src/charm/plan/issuers/choose.ts'
import { fingerprintOfPem } from '../../../../../src/charm/plan/trust/unloadable.ts'
import { wishOf } from '../../../../../src/charm/plan/issuers/wish.ts'
import type { IssuerOfUnit } from '../../../../../src/interfaces/issuers.ts'
import { parseTlsAnswers } from '../../../../../src/interfaces/tls-certificates.ts'
import { type Authority, createAuthority, signRequest } from '../../../../../src/tls/authority.ts'
import { bySort } from '../../../../../src/charm/plan/certificates/names.ts'
import { createPrivateKeyPem, publicKeyOf } from '../../../../../src/tls/key.ts'
import { createRequest } from '../../../../../src/tls/request.ts'
import { now, settled } from '../../observation.ts'
import { running } from '../../observed-changes.ts'

export const hour = 60 * 60 * 1000
export const day = 24 * hour
export const vault = await createAuthority({ commonName: 'vault', now: new Date(now - day), years: 5 })
export const other = await createAuthority({ commonName: 'other', now: new Date(now - day), years: 5 })

export function wish() {
  const found = wishOf(settled(), 'peer')
  assert.ok(found)
  return found
}

export async function makeRequest(): Promise<RequestOnDisk> {
  const privateKey = await createPrivateKeyPem()
  const { commonName, names } = wish()
  const request = await createRequest({ privateKey, commonName, names, usage: 'server and client' })
  return { request, publicKey: publicKeyOf(privateKey), wish: wish(), at: now - day }
}

export function sign(of: RequestOnDisk, by: Authority, days = 90): Promise<string> {
  const how = { commonName: 'etcd-0', sans: bySort(of.wish.names), now: new Date(now), days }
  return signRequest({ authority: by, request: of.request, profile: 'peer', ...how })
}

export const asked = await makeRequest()
export const signed = await sign(asked, vault)

export function answering(rows: readonly object[], more: Record<string, string> = {}): IssuerSeen {
  const answers = parseTlsAnswers({ certificates: JSON.stringify(rows), ...more })
  const rest = {
    relation: 9,
    application: 'vault',
    several: false,
    unloadable: new Map(),
    untaken: new Map(),
  }
  return { kind: 'related', asked: [asked.request], answers, ...rest }
}

export const entry = (certificate: string, ca: Authority, more: object = {}) => ({
  certificate,
  certificate_signing_request: asked.request,
  ca: ca.certificate,
  chain: [certificate, ca.certificate],
  ...more,
})

export function seeing(peer: IssuerSeen | undefined, more: Partial<Observed> = {}): Observed {
  const observed = running(settled())
  const machine = { ...observed.machine, requests: { peer: [asked], server: [] } }
  return { ...observed, machine, ...(peer && { issuers: { peer, server: { kind: 'none' } } }), ...more }
}

/** All have loaded the root, or all but a second unit. */
export function trusting(observed: Observed, by: Authority, second?: IssuerOfUnit): Observed {
  const root = fingerprintOfPem(by.certificate)
  const { peers, machine } = observed
  const own = peers?.units.get('etcd/0')
  assert.ok(peers && own && machine.loaded)
  const issuers = {
    peer: {
      anchors: [{ pem: by.certificate, since: now }],
      narrow: wish().names.find((name) => name.endsWith('.internal')),
    },
  }
  const certificates = new Map([...peers.application.certificates])
  const units = new Map([...peers.units])
  if (second) {
    certificates.set('etcd/1', { peer: 'p', server: 's', admin: 'a' })
    units.set('etcd/1', { ...own, databag: { ...own.databag, issuers: { peer: second } } })
  }
  const loaded = { ...machine.loaded, roots: [root] }
  const files = { ...machine.files, 'peer-authority': `peer\n${by.certificate}` }
  return {
    ...observed,
    machine: { ...machine, loaded, files },
    peers: { ...peers, units, application: { ...peers.application, issuers, certificates } },
  }
}

export const shows = (observed: Observed): 'own' | 'issued' | 'kept' => {
  const shown = certificateToShow(observed, 'peer', 'own')
  if (shown === 'own') return 'own'
  return shown === observed.machine.files['peer-certificate'] ? 'kept' : 'issued'
}

/** The issued certificate lies on the disk already. */
export function showing(observed: Observed, certificate = signed): Observed {
  const files = { ...observed.machine.files, 'peer-certificate': certificate }
  return { ...observed, machine: { ...observed.machine, files } }
}
