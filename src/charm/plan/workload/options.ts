// The options in force, noted by the leader for all: whoever meets an invalid option later, or joins meanwhile, goes by them.

import { printRecord } from '../../../config.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Observed } from '../../observed.ts'
import type { Write } from '../../step.ts'
import { planQuota } from './quota.ts'

export function planOptions(observed: Observed): readonly Write[] {
  const { peers, config } = observed
  if (!peers || !observed.leader || observed.leaving) return []
  const refused = planQuota(observed).refused
  const quota = (refused ? config.onRecord : config.inForce)['quota-backend-bytes']
  const options = printRecord({ ...config.inForce, 'quota-backend-bytes': quota })
  if (printJsonText(options) === printJsonText(peers.application.options ?? {})) return []
  return [{ kind: 'options/write', options, why: 'other options are in force' }]
}
