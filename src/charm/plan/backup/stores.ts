// The stores that are related: what their providers are asked for, and what is on record of them for hooks that don't look.

import type { StoreSeen } from '../../../interfaces/backup-record.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Observed } from '../../observed.ts'
import type { Step, Write } from '../../step.ts'
import { workOf } from './work.ts'

export function storesOf(observed: Observed): readonly StoreSeen[] {
  return observed.backup?.stores ?? workOf(observed).stores
}

export function planStoreRecord(observed: Observed): readonly Step[] {
  const stores = observed.backup?.stores
  if (!stores || observed.leaving) return []
  if (printJsonText(stores) === printJsonText(workOf(observed).stores)) return []
  return [{ kind: 'stores/record', stores, why: 'another store is related, or gives something else' }]
}

export function planStoreAsks({ backup, leaving }: Observed): readonly Write[] {
  if (!backup || leaving) return []
  const asking = backup.asks.filter(({ wanted, current }) =>
    Object.keys({ ...current, ...wanted }).some((key) => current[key] !== wanted[key]),
  )
  return asking.map((ask) => ({
    kind: 'store/ask',
    ...ask,
    why: 'what the provider of a store is asked for has changed',
  }))
}
