// Peers behind address translation: a member takes a peer only from an address that the peer's certificate names, closes on all others,
// and says so in its own log alone. So whoever joins tries it first, and whoever misses somebody looks at its log.

import { rejectedPeers } from '../../etcd/judge-log.ts'
import { closesOnUs } from '../../etcd/peer-view.ts'
import { lastRunLog } from '../../machine/service.ts'
import { findWorkload } from '../../machine/workload.ts'
import { readCredentials } from '../own-credentials.ts'
import type { JujuSeen } from './juju.ts'
import type { MemberSeen, Translated } from '../observed.ts'
import { memberName, peerUrlOf } from '../plan/cluster/members.ts'

export async function observeTranslation(
  { unit, addresses }: JujuSeen,
  members: readonly MemberSeen[],
  here: boolean,
): Promise<Translated | undefined> {
  if (here && members.every((member) => member.responds && member.name !== '')) return undefined
  const own = (member: MemberSeen): boolean =>
    member.name === memberName(unit) ||
    (addresses !== undefined && member.peerUrls.includes(peerUrlOf(addresses)))
  const others = members.filter((member) => !own(member) && member.responds)
  const closing = here ? [] : await whoCloses(others.flatMap(({ peerUrls }) => peerUrls))
  const { service } = await findWorkload()
  return { closing, rejected: rejectedPeers(await lastRunLog(service)) }
}

async function whoCloses(peerUrls: readonly string[]): Promise<readonly string[]> {
  const credentials = await readCredentials('peer')
  if (!credentials) return []
  const tried = peerUrls.map(async (url) => ((await closesOnUs(url, credentials)) ? [url] : []))
  return (await Promise.all(tried)).flat().sort()
}
