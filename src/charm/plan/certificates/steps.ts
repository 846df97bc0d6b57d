// What may be done about the units' keys and certificates, and the authorities that sign them.

import type { CertifiedNames } from './names.ts'
import type { Purpose, Rotation, Withdrawn } from '../../../interfaces/etcd-peers.ts'

export type CertificateStep =
  | { readonly kind: 'key/create'; readonly purpose: Purpose }
  | { readonly kind: 'keys/give' }

export type CertificateWrite =
  /** `restore`: there were some, which only the secret can give back. */
  | { readonly kind: 'authorities/create'; readonly restore: boolean }
  | { readonly kind: 'authorities/rotate'; readonly to: RotationStep }
  /** Those for `renews`; the others stay. `superseded`: administrator's certificates of before that its disk may still hold. */
  | {
      readonly kind: 'certificates/sign'
      readonly unit: string
      readonly names: CertifiedNames
      readonly renews: readonly Purpose[]
      readonly superseded: readonly Withdrawn[]
    }
  /** Of units that are gone. */
  | {
      readonly kind: 'certificates/forget'
      readonly units: readonly string[]
      readonly withdrawn: readonly Withdrawn[]
    }

/** The last one leaves the old authorities behind. */
export type RotationStep = Rotation | 'finish'
