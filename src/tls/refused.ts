// Why a certificate is not accepted.

import { plainText } from '../plain-text.ts'

export interface Refused {
  readonly kind: 'refused'
  /** A row of the table of refusals. */
  readonly code: string
  /** More about it for people; no part of what was sent but its name. */
  readonly detail: string
}

export function refuse(code: string, detail: string): Refused {
  return { kind: 'refused', code, detail: plainText(detail) }
}
