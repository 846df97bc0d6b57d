// The wire contract `gcs`: a bucket, and in a secret the key file of a service account, which is JSON.

import * as z from 'zod/mini'
import { parseJsonText } from './json-text.ts'
import {
  askFor,
  firstOf,
  type Given,
  notEmpty,
  printEndpoint,
  readEndpoint,
  readPath,
  splitAuthorities,
  type StoreContract,
  type StoreReading,
  type StoreWishes,
} from './store-contract.ts'

export const gcs: StoreContract = { endpoint: 'gcs-credentials', ask, read }

function ask(_given: Given, wishes: StoreWishes): Given {
  return askFor(['secret-key'], 'bucket', wishes)
}

const keyFile = z.object({
  client_email: z.string(),
  private_key: z.string(),
  /** Where Google's cloud is somebody else's. */
  universe_domain: z.optional(z.string()),
})

function read(given: Given, secret: Given, wishes: StoreWishes): StoreReading {
  const serviceAccount = firstOf(secret['secret-key'], given['secret-key'])
  const bucket = firstOf(given.bucket)
  const missing = notEmpty(['bucket', bucket], ['secret-key', serviceAccount])
  if (missing.length > 0) return { kind: 'incomplete', missing }
  const key = parseJsonText(keyFile, serviceAccount)
  if (!key) return { kind: 'invalid', because: 'secret-key is no key file of a service account' }
  const told = firstOf(given.endpoint, `https://storage.${firstOf(key.universe_domain, 'googleapis.com')}`)
  const endpoint = readEndpoint(told)
  if (endpoint.kind === 'invalid') return endpoint
  const place = readPath(given, wishes)
  if (place.kind === 'invalid') return place
  const authorities = splitAuthorities(wishes.authorities) ?? []
  return {
    kind: 'ready',
    settings: {
      kind: 'gcs',
      endpoint: printEndpoint(endpoint.url),
      bucket,
      storageClass: firstOf(given['storage-class']),
      serviceAccount,
      path: place.path,
      authorities,
    },
  }
}
