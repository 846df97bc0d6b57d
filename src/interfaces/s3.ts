// The wire contract `s3` in its three dialects: v0, which answers once a bucket is named and gives the keys in the databag; the integrator's
// library 1.0, which says `lib-version`; and the library 1.0.0 of PyPI, which says `version`. Whoever writes all of it is answered by all.

import { isIP } from 'node:net'
import * as z from 'zod/mini'
import type { S3Settings } from '../object-storage/settings.ts'
import { parseJsonText } from './json-text.ts'
import {
  anyPlace,
  askFor,
  firstOf,
  type Given,
  longest,
  notEmpty,
  printEndpoint,
  readEndpoint,
  readPath,
  splitAuthorities,
  type StoreContract,
  type StoreReading,
  type StoreWishes,
} from './store-contract.ts'

export const s3: StoreContract = { endpoint: 's3-credentials', ask, read }

function ask(given: Given, wishes: StoreWishes, relation: number): Given {
  const asked = askFor(['access-key', 'secret-key'], 'bucket', wishes, anyPlace(given, relation))
  return { ...asked, 'lib-version': '1.0' }
}

function read(given: Given, secret: Given, wishes: StoreWishes): StoreReading {
  const accessKey = firstOf(secret['access-key'], given['access-key'])
  const secretKey = firstOf(secret['secret-key'], given['secret-key'])
  const bucket = firstOf(given.bucket)
  const missing = notEmpty(['access-key', accessKey], ['secret-key', secretKey], ['bucket', bucket])
  if (missing.length > 0) return { kind: 'incomplete', missing }
  const region = firstOf(given.region, 'us-east-1')
  const endpoint = readEndpoint(withScheme(firstOf(given.endpoint), region))
  if (endpoint.kind === 'invalid') return endpoint
  const chainText = given['tls-ca-chain'] ?? ''
  if (chainText.length > longest.chain)
    return { kind: 'invalid', because: `tls-ca-chain is longer than ${longest.chain} characters` }
  const own = readChain(chainText)
  const more = splitAuthorities(wishes.authorities)
  if (!own) return { kind: 'invalid', because: 'tls-ca-chain is not certificates in PEM, each of them whole' }
  const settings: S3Settings = {
    kind: 's3',
    endpoint: printEndpoint(endpoint.url),
    region,
    bucket,
    accessKey,
    secretKey,
    pathStyle: isPathStyle(firstOf(given['s3-uri-style']), endpoint.url, bucket),
    storageClass: firstOf(given['storage-class']),
  }
  const place = readPath(given, wishes)
  if (place.kind === 'invalid') return place
  return {
    kind: 'ready',
    settings: { ...settings, path: place.path, authorities: [...own, ...(more ?? [])] },
  }
}

/** Some give it without a scheme, and Amazon's is not given at all. */
function withScheme(text: string, region: string): string {
  const told = text === '' ? `s3.${region}.amazonaws.com` : text
  return /^[a-z]+:\/\//i.test(told) ? told : `https://${told}`
}

/** A bucket can be a part of the host's name only where that resolves, and where the server's certificate covers it. */
function isPathStyle(style: string, { hostname, pathname }: URL, bucket: string): boolean {
  const cannot = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || bucket.includes('.') || pathname !== '/'
  if (cannot || style === 'path') return true
  if (style === 'host' || style.startsWith('virtual')) return false
  return !/\.amazonaws\.com(\.cn)?$/.test(hostname)
}

const chain = z.array(z.string())

/** A JSON list of PEM texts; the field's README says base64, and some give one text. */
function readChain(text: string): readonly string[] | undefined {
  const found = (parseJsonText(chain, text) ?? [text]).map(splitAuthorities)
  return found.some((row) => row === undefined) ? undefined : found.flatMap((row) => row ?? [])
}
