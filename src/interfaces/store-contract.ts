// What the three contracts of object stores have in common: a requirer asks for secrets and, where the operator said so, for a place; the
// provider gives where the store is, in its databag, and the keys, in a secret or, as older ones do, beside it.

import type { StoreSettings } from '../object-storage/settings.ts'
import { readValidity } from '../tls/certificate.ts'
import { pemBlocks, writePem } from '../tls/pem.ts'
import { leadsElsewhere } from './backup-layout.ts'

export type StoreEndpoint = 's3-credentials' | 'azure-storage-credentials' | 'gcs-credentials'
export type Given = Readonly<Record<string, string>>

/** The operator's options; each may be empty. */
export interface StoreWishes {
  readonly bucket: string
  readonly path: string
  /** PEM texts of authorities, in one. */
  readonly authorities: string
}

interface Refused {
  readonly kind: 'invalid'
  readonly because: string
}

export type StoreReading =
  | { readonly kind: 'ready'; readonly settings: StoreSettings }
  /** The provider has not given these yet. */
  | { readonly kind: 'incomplete'; readonly missing: readonly string[] }
  | Refused

export interface StoreContract {
  readonly endpoint: StoreEndpoint
  /** What our databag is to hold; a key with no value is taken out of it. */
  readonly ask: (given: Given, wishes: StoreWishes, relation: number) => Readonly<Record<string, string>>
  /** @param secret what `secret-extra` holds; empty where the provider names none, or it can't be read yet */
  readonly read: (given: Given, secret: Given, wishes: StoreWishes) => StoreReading
}

/** Providers of the first days say no version, and answer only once a place is named, whichever: they give their own. Empty for others. */
export function anyPlace(given: Given, relation: number): string {
  const wrote = Object.keys(given).length > 0
  const first = wrote && given.version === undefined && given['lib-version'] === undefined
  return first ? `relation-${relation}` : ''
}

/**
 * What a requirer says in every contract: which keys it wants in a secret, and where the operator named one, a place, under the contract's
 * name for it. `whatever` is named where a provider of the first days would not answer otherwise.
 */
export function askFor(
  keys: readonly string[],
  placeName: 'bucket' | 'container',
  { bucket, path }: StoreWishes,
  whatever = '',
): Given {
  const place = bucket || whatever
  return {
    'requested-secrets': JSON.stringify(keys),
    version: '1',
    ...(place !== '' && { [placeName]: place }),
    ...(path !== '' && { path }),
  }
}

export function notEmpty(...rows: readonly (readonly [string, string | undefined])[]): readonly string[] {
  return rows.flatMap(([name, value]) => (value === undefined || value.trim() === '' ? [name] : []))
}

/** The first that says something. */
export function firstOf(...texts: readonly (string | undefined)[]): string {
  return texts.find((text) => text !== undefined && text.trim() !== '')?.trim() ?? ''
}

/** Without the slashes at its ends, which people and providers put there or not. */
function trimPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part.trim() !== '')
    .join('/')
}

type PathReading = Refused | { readonly kind: 'path'; readonly path: string }

/** The operator's before the provider's. */
export function readPath({ path: given }: Given, { path: wished }: StoreWishes): PathReading {
  const path = trimPath(firstOf(wished, given))
  if (!leadsElsewhere(path)) return { kind: 'path', path }
  return { kind: 'invalid', because: 'path has a part that is . or ..; name folders alone' }
}

/** In characters: more than there is in any address, and in any chain of authorities. A provider may write anything. */
export const longest = { endpoint: 2048, chain: 200_000 } as const

type EndpointReading = Refused | { readonly kind: 'endpoint'; readonly url: URL }

/** What is refused is not quoted, but for its host: people write passwords into addresses. */
export function readEndpoint(text: string): EndpointReading {
  const refuse = (because: string): Refused => ({ kind: 'invalid', because: `endpoint ${because}` })
  if (text.length > longest.endpoint) return refuse(`is longer than ${longest.endpoint} characters`)
  if (!URL.canParse(text)) return refuse('is no address like https://host:9000')
  const url = new URL(text)
  const shown = `${url.protocol}//${url.host}`
  if (url.username !== '' || url.password !== '')
    return refuse(`${shown} has a user or a password before its host; leave them out`)
  if (!/^https?:$/.test(url.protocol)) return refuse(`${shown} is not of http or https`)
  return { kind: 'endpoint', url }
}

/** Without slashes at its end, nor what is behind a `?`. */
export function printEndpoint({ origin, pathname }: URL): string {
  let end = pathname.length
  while (pathname[end - 1] === '/') end -= 1
  return `${origin}${pathname.slice(0, end)}`
}

/** @returns `undefined` where there is text, and no certificate in it, or one that can't be read */
export function splitAuthorities(text: string): readonly string[] | undefined {
  if (text.trim() === '') return []
  const found = pemBlocks(decodePem(text)).filter(({ label }) => label === 'CERTIFICATE')
  const all = found.map(({ label, der }) => writePem(label, der).trimEnd())
  return all.length > 0 && all.every((pem) => readValidity(pem) !== undefined) ? all : undefined
}

/** PEM as it is, or in base64 once more, as the field's own contracts have it. */
export function decodePem(text: string): string {
  return text.includes('-----BEGIN ') ? text : Buffer.from(text.trim(), 'base64').toString('latin1')
}
