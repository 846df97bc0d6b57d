// The options in force, noted by the leader for all: whoever meets an invalid option later, or joins meanwhile, goes by them.

import { printRecord } from '../../../config.ts'
import { printJsonText } from '../../../interfaces/json-text.ts'
import type { Observed } from '../../observed.ts'
import type { Condition, Write } from '../../step.ts'
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

export function optionConditions(observed: Observed): readonly Condition[] {
  const size = Math.ceil(observed.machine.databaseBytes / (1024 * 1024))
  const tooSmall = {
    option: 'quota-backend-bytes',
    remedy: `the database has ${size} MiB already: set it to more, or compact and defragment first`,
  }
  const problems = [...observed.config.problems, ...(planQuota(observed).refused ? [tooSmall] : [])]
  return problems.map(({ option, remedy }) => ({
    status: 'blocked',
    message: `option ${option} is invalid; ${remedy}`,
    scope: 'unit',
  }))
}
