// The sections of the `status` screen, in their order: one line for each file. What a section tells comes from the plan's own functions, so
// that the screen, the alerts and the statuses agree.

import { describeAttention } from './attention.ts'
import { describeBackups } from './backups.ts'
import { describeCertificates } from './certificates.ts'
import { describeClients } from './clients.ts'
import { describeMembers } from './members.ts'
import { describeRefresh } from './refresh.ts'
import type { Describe } from './section.ts'

export const sections: readonly Describe[] = [
  describeAttention,
  describeMembers,
  describeRefresh,
  describeBackups,
  describeCertificates,
  describeClients,
]
