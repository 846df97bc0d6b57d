// What does the steps about a snapshot's data.

import type { ByKind } from '../by-kind.ts'
import type { RestoreStep } from '../step.ts'
import { discard, putInForce, settleReplaced, takeBack } from './put-in-force.ts'

export const onRestore: ByKind<RestoreStep['kind']> = {
  'restore/put-in-force': ({ now }) => putInForce(now),
  'restore/take-back': ({ now }, _observed, { folder }) => takeBack(folder, now),
  'restore/discard': (_charm, _observed, { what }) => discard(what),
  'restore/settle': (_charm, _observed, { folders }) => settleReplaced(folders),
}
