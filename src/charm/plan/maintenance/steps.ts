// What may be done about what etcd keeps: room in its databases, its history, and who leads.

import type { MemberId } from '../../../etcd/types.ts'

export type MaintenanceStep =
  | { readonly kind: 'database/defragment'; readonly member: MemberId; readonly name: string }
  | { readonly kind: 'history/compact'; readonly revision: string; readonly physical: boolean }
  | { readonly kind: 'leadership/move'; readonly member: MemberId; readonly name: string }
