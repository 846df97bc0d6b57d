// A key for an issuer of the operator's to sign for, and its request, on disk in one piece before anybody is asked.

import { readOwnKey } from '../observe/own-key.ts'
import { readRequests } from '../observe/requests.ts'
import { printJsonText } from '../../interfaces/json-text.ts'
import type { IssuerRole } from '../../interfaces/issuers.ts'
import { makeDirectory, writeFileAtomic } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { createPrivateKeyPem, createRsaKeyPem, publicKeyOf } from '../../tls/key.ts'
import { createRequest, readRequestKey } from '../../tls/request.ts'
import { requestsPath } from '../layout.ts'
import type { Observed, Wish } from '../observed.ts'
import { Waiting } from '../outcome.ts'
import { requestsToKeep } from '../plan/issuers/requests.ts'

export async function createRequestFor(observed: Observed, role: IssuerRole, wish: Wish): Promise<void> {
  const workload = await findWorkload()
  if ((await readOwnKey(workload, role)) === undefined)
    throw new Waiting(`waiting for this unit's own ${role} key`)
  const privateKey = await (wish.key === 'rsa' ? createRsaKeyPem() : createPrivateKeyPem())
  const usage = role === 'peer' ? 'server and client' : 'server'
  const request = await createRequest({ privateKey, commonName: wish.commonName, names: wish.names, usage })
  // What does not parse would throw in the provider's hook, and keep it from all its clients.
  await readRequestKey(request)
  const kept = new Set(requestsToKeep(observed, role).map(({ publicKey }) => publicKey))
  const before = (await readRequests(workload, role)).filter(({ publicKey }) => kept.has(publicKey))
  const made = { request, publicKey: publicKeyOf(privateKey), wish, at: observed.now, privateKey }
  await makeDirectory(workload.paths.state, { mode: 0o700 })
  await writeFileAtomic(requestsPath(workload, role), printJsonText([...before, made]), { mode: 0o600 })
}
