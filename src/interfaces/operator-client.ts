// Clients that an operator makes by create-client-credentials. They are rows of the ledger like all others, in a place of their own: of a
// relation that there is not, and that no question to Juju is ever about.

import { digest } from './digest.ts'
import type { Leaf, RequestKey } from './ledger-rows.ts'

/** Juju counts relations from 0. */
export const ofOperator = -1
/** In keys of the databag, in tables and in messages. */
export const operatorsPlace = 'operator'

export function isOperators({ relation }: Pick<RequestKey, 'relation'>): boolean {
  return relation === ofOperator
}

/** One for each name, however it is spelt: so the same name is the same client. */
export function operatorsKey(commonName: string): RequestKey {
  return { relation: ofOperator, request: digest(commonName.toLowerCase()).slice(0, 12) }
}

export function printPlace(relation: number): string {
  return relation === ofOperator ? operatorsPlace : String(relation)
}

export function parsePlace(text: string | undefined): number {
  return text === operatorsPlace ? ofOperator : Number(text)
}

/** What an operator asks for. */
export interface OperatorRequest {
  readonly leaf: Leaf
  readonly prefix: string
  readonly readOnly: boolean
}
