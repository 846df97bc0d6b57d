// A provider of stores beside etcd, as an operator deploys one: with the field's own library, and what it gives in its options.

import type { Model } from '../../emulator/index.ts'

export type Dialect = 'v1' | 'lib' | 'v0'
export type StoreEndpoint = 's3-credentials' | 'azure-storage-credentials' | 'gcs-credentials'

export interface Given {
  readonly settings: Readonly<Record<string, unknown>>
  readonly keys: Readonly<Record<string, string>>
}

export const storeCharm = process.env.STORE_CHARM ?? ''

export const motoKeys = { 'access-key': 'AKIDEXAMPLE', 'secret-key': 'hush-hush-secret' } as const

export async function deployStore(
  model: Model,
  { settings, keys }: Given,
  { name = 'store', dialect = 'v1' }: { readonly name?: string; readonly dialect?: Dialect } = {},
): Promise<void> {
  const config = { dialect, settings: JSON.stringify(settings), keys: JSON.stringify(keys) }
  await model.deploy(name, { archive: storeCharm, config })
}

export function relateStore(
  model: Model,
  endpoint: StoreEndpoint = 's3-credentials',
  name = 'store',
): number {
  return model.integrate(`etcd:${endpoint}`, `${name}:${endpoint}`).id
}
