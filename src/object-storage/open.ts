// The adapter of a store, read from disk only where one is used: each is a bundle of its own, and most hooks need none.

import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import type { ObjectStore } from './port.ts'
import type { StoreSettings } from './settings.ts'

/** Trusts the store's authorities all over this process, which serves one store: Node has no narrower way for `fetch`. */
export async function openStore(settings: StoreSettings): Promise<ObjectStore> {
  const { authorities } = settings
  if (authorities.length > 0) setDefaultCACertificates([...getCACertificates('default'), ...authorities])
  switch (settings.kind) {
    case 's3':
      return (await import('./s3.ts')).openS3(settings)
    default:
      throw new Error(`no adapter for ${settings.kind} yet`)
  }
}
