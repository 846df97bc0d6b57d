// Kills hooks of etcd's units wherever they can be killed, once at each place.

import type { Step, Write } from '../../src/charm/step.ts'
import type { Model } from '../emulator/index.ts'

/** A kind that is added to plans and not told here does not compile; `false` where it takes more than one unit, or another model. */
export const everyStep: Readonly<Record<(Step | Write)['kind'], boolean>> = {
  'workload/install': true,
  'workload/hold': false,
  'workload/fetch': false,
  'downgrade/cancel': false,
  'storage/record': true,
  'service/define': true,
  'keys/give': false,
  'key/create': true,
  'file/write': true,
  'revocation/write': true,
  'service/start': true,
  'service/restart': true,
  'auth/create-root': true,
  'auth/enable': true,
  'user/create': true,
  'user/delete': true,
  'role/create': true,
  'role/delete': true,
  'role/grant': true,
  'role/revoke': true,
  'permission/grant': true,
  'permission/revoke': true,
  'founding/write': true,
  'authorities/create': true,
  'authorities/rotate': true,
  'client-cas/write': false,
  'request/create': false,
  'issuer/ask': false,
  'issuers/write': false,
  'options/write': true,
  'certificates/sign': true,
  'certificates/forget': false,
  'peer-unit/write': true,
  'secrets/grant': false,
  'answer/publish': true,
  'ledger/write': true,
  'secrets/collect': true,
  'port/open': true,
  'version/set': true,
  'auth/record': true,
  'access/record': true,
  'data/claim': true,
  'data/doubt': false,
  'data/resume': false,
  'data/set-aside': false,
  'service/stop': false,
  'service/readmit': false,
  'service/wait': false,
  'service/wait-for-quorum': false,
  'service/yield': false,
  'service/go-back': false,
  'refusal/forget': false,
  'alarm/disarm': false,
  'member/add': false,
  'member/promote': false,
  'member/remove': false,
  'member/update': false,
  'encryption/offer': false,

  'database/defragment': false,
  'history/compact': false,
  'leadership/move': false,
  'collector/tell': false,
  'restore/put-in-force': false,
  'restore/take-back': false,
  'restore/discard': false,
  'restore/settle': false,
  'stores/record': false,
  'store/ask': false,
  'backup/begin': false,
  'backup/note-loss': false,
}

interface Kills {
  kills: number
  /** Kinds of steps that began. */
  readonly steps: Set<string>
  /** Kinds of steps at which a hook was killed. */
  readonly killed: Set<string>
}

/**
 * Kills once at each (step, number of tool calls since): so each hook gets a little further every time it is retried. `within`: so many
 * calls of each step only. `onEachUnit`: where several take the same steps, each of them is killed there.
 */
export function killEverywhere(
  model: Model,
  { within = Number.POSITIVE_INFINITY, onEachUnit = false } = {},
): Kills {
  const done = new Set<string>()
  const told: Kills = { kills: 0, steps: new Set(), killed: new Set() }
  const last = new Map<string, { readonly step: string; readonly kind: string; since: number }>()
  model.killHooks((unit, tool, args) => {
    if (!unit.startsWith('etcd/')) return false
    const whose = onEachUnit ? unit : ''
    const message = args.at(-1) ?? ''
    const [kind = ''] = message.split(/[ :]/)
    if (tool === 'juju-log' && Object.hasOwn(everyStep, kind)) {
      told.steps.add(kind)
      last.set(whose, { step: message, kind, since: 0 })
    }
    const at = last.get(whose)
    if (at === undefined) return false
    const point = `${whose} ${at.step} +${at.since}`
    const dies = at.since <= within && !done.has(point)
    at.since += 1
    done.add(point)
    if (dies) {
      told.kills += 1
      told.killed.add(at.kind)
    }
    if (dies || tool === 'exit') last.delete(whose)
    return dies
  })
  return told
}
