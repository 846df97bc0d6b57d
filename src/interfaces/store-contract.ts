// What the three contracts of object stores have in common: a requirer asks for secrets and, where the operator said so, for a place; the
// provider gives where the store is, in its databag, and the keys, in a secret or, as older ones do, beside it.

import type { StoreSettings } from '../object-storage/settings.ts'

export type StoreEndpoint = 's3-credentials' | 'azure-storage-credentials' | 'gcs-credentials'
export type Given = Readonly<Record<string, string>>

/** The operator's options; each may be empty. */
export interface StoreWishes {
  readonly bucket: string
  readonly path: string
  /** PEM texts of authorities, in one. */
  readonly authorities: string
}

export type StoreReading =
  | { readonly kind: 'ready'; readonly settings: StoreSettings }
  /** The provider has not given these yet. */
  | { readonly kind: 'incomplete'; readonly missing: readonly string[] }
  | { readonly kind: 'invalid'; readonly because: string }

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
export function trimPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part.trim() !== '')
    .join('/')
}

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** @returns `undefined` where there is text, and no certificate in it */
export function splitAuthorities(text: string): readonly string[] | undefined {
  if (text.trim() === '') return []
  const found = text.match(certificate) ?? decode(text).match(certificate)
  return found ?? undefined
}

function decode(text: string): string {
  return Buffer.from(text.trim(), 'base64').toString('latin1')
}
