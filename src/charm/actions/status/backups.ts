// Backups: where they go, when one was due, and what became of the last; the store has the rest (list-backups).

import type { Observed } from '../../observed.ts'
import { describeAge } from '../../plan/backup/conditions.ts'
import { storesOf } from '../../plan/backup/stores.ts'
import { newestAt, workOf } from '../../plan/backup/work.ts'
import { wrap } from './screen.ts'
import type { Asked, Section } from './section.ts'

export function describeBackups({ observed }: Pick<Asked, 'observed'>): Section | undefined {
  // The leader looks after them, and the others know nothing of it.
  if (!observed.leader) return undefined
  const stores = storesOf(observed)
  if (stores.length === 0)
    return {
      name: 'backups',
      lines: ['none: no store is related'],
      json: { stores: [] },
    }
  const { outcome, running } = workOf(observed)
  const newest = newestAt(outcome, observed.now)
  const told = [
    `to ${stores.map(({ endpoint, application }) => `${endpoint} (${application})`).join(', ')}`,
    newest === undefined
      ? 'none is known here'
      : `the newest was begun ${describeAge(observed.now - newest)} ago`,
    ...(running ? ['one is under way'] : outcome?.ended === 'failed' ? ['the last one failed'] : []),
    describeSchedule(observed),
  ]
  return {
    name: 'backups',
    lines: wrap(told.join('; ')),
    json: {
      stores: stores.map(({ endpoint, application, state }) => ({ endpoint, application, state })),
      ...(newest !== undefined && { newest: new Date(newest).toISOString() }),
      ...(outcome && { last: outcome.ended }),
      running,
    },
  }
}

function describeSchedule({ backup }: Observed): string {
  return backup?.due.kind === 'since' ? 'taken by schedule' : 'by no schedule'
}
