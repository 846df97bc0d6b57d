// What a member's database may have: each unit tells it of its running etcd; of itself this one knows it.

import type { MemberSeen, Observed } from '../../observed.ts'
import { memberName } from '../cluster/members.ts'

/** `undefined` where it is left to etcd, or not told yet. */
export function quotaOf({ name }: MemberSeen, { machine, peers, unit }: Observed): number | undefined {
  if (name === memberName(unit)) return machine.loaded?.quota
  const peer = [...(peers?.units ?? [])].find(([other]) => memberName(other) === name)
  return peer?.[1].databag.quota
}
