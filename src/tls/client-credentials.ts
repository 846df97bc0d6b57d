// A key and a certificate for a client. etcd trusts the leaf itself, as it does every client's (design §4): so the authority that signs it is
// made for this one signature, is trusted nowhere, and its key is forgotten at once.

import { createAuthority, signRequest } from './authority.ts'
import { createPrivateKeyPem } from './key.ts'
import { createRequest } from './request.ts'

export interface ClientCredentials {
  readonly certificate: string
  readonly privateKey: string
}

export async function createClientCredentials(of: {
  readonly commonName: string
  readonly now: Date
  readonly days: number
}): Promise<ClientCredentials> {
  const { commonName, now, days } = of
  const authority = await createAuthority({ commonName: `${commonName} once`, now, years: 1 })
  const privateKey = await createPrivateKeyPem()
  const request = await createRequest({ privateKey, commonName })
  const sans = { dns: [], ips: [] }
  const certificate = await signRequest({ authority, request, profile: 'admin', commonName, sans, now, days })
  return { certificate, privateKey }
}
