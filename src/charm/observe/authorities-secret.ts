// The secret that the leader keeps the certificate authorities in, with their keys.

import { purposes } from '../../interfaces/etcd-peers.ts'
import { unlessMissing } from '../../juju/errors.ts'
import type { Charm } from '../charm.ts'
import { lookAtOwn } from './own-secrets.ts'

export const label = 'etcd-authorities'

export type Content = Readonly<Record<string, string>>

/** Which authority: the one that signs, the one to come, the one that goes (of which no key is kept). */
export type Age = '' | 'next-' | 'previous-'

export async function readAuthorities({ juju }: Charm): Promise<Content | undefined> {
  return unlessMissing(juju.readSecret({ label }, { peek: true }))
}

/** Whether the keys are there that sign, or, until they may, those that will. */
export async function areKeysKept(charm: Charm): Promise<boolean> {
  const keys = (await lookAtOwn(charm, label))?.digests
  return keys !== undefined && (hasKeys(keys, '') || hasKeys(keys, 'next-'))
}

export function hasKeys(content: Content, age: Age): boolean {
  return purposes.every((purpose) => content[`${purpose}-${age}key`] !== undefined)
}
