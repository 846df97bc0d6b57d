// The one way in which a request becomes a refused one, whether it was accepted before or never.

import type { LedgerEntry, RefusedEntry } from '../../../interfaces/ledger.ts'
import { plainText } from '../../../plain-text.ts'

type Asked = Pick<LedgerEntry, 'application' | 'protocol' | 'echo' | 'secret' | 'answeredAs'>
type Why = Pick<RefusedEntry, 'code' | 'detail' | 'wants' | 'waits'>

/** What its requirer asked for, and why it is not served, in a line. */
export function turnAway({ application, protocol, echo, secret, answeredAs }: Asked, why: Why): RefusedEntry {
  return {
    application,
    protocol,
    // Who was never answered is echoed nothing: a hundred requests that are refused take no room.
    echo: answeredAs === undefined ? {} : echo,
    ...(secret && { secret }),
    ...(answeredAs && { answeredAs }),
    state: 'refused',
    ...why,
    detail: plainText(why.detail),
  }
}
