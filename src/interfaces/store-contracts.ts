// The contracts of stores, by the endpoint that speaks them.

import { azureStorage } from './azure-storage.ts'
import { gcs } from './gcs.ts'
import { s3 } from './s3.ts'
import type { StoreContract } from './store-contract.ts'

export const storeContracts: readonly StoreContract[] = [s3, azureStorage, gcs]
