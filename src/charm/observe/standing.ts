// How the members stand where there is no quorum: each that answers as a peer may be one of the next.

import { membersByPeer } from '../../etcd/peer-view.ts'
import type { Credentials } from '../../etcd/types.ts'
import { url } from '../../machine/network.ts'
import { readCredentials } from '../own-credentials.ts'
import type { JujuSeen } from './juju.ts'
import type { MemberSeen } from '../observed.ts'
import { peerUrlOf } from '../plan/cluster/members.ts'

/** Where raft of this unit's own member listens. */
export const ownPeerUrl = url('https', '127.0.0.1', 2380)

/** As this unit's own member knows them, or one of its peers; `undefined` where none answers. */
export async function observeStanding({ unit, peers }: JujuSeen): Promise<readonly MemberSeen[] | undefined> {
  const credentials = await readCredentials('peer')
  if (!credentials) return undefined
  const others = [...(peers?.units ?? [])].flatMap(([name, { databag }]) =>
    name === unit || !databag.addresses ? [] : [peerUrlOf(databag.addresses)],
  )
  const views = await Promise.all([ownPeerUrl, ...others].map((peer) => membersByPeer(peer, credentials)))
  const members = views.find((view) => view !== undefined)
  return members && Promise.all(members.map((member) => lookAt(member, credentials)))
}

async function lookAt(member: Omit<MemberSeen, 'responds' | 'leads'>, credentials: Credentials) {
  const [peerUrl] = member.peerUrls
  const view = peerUrl === undefined ? undefined : await membersByPeer(peerUrl, credentials)
  return { ...member, responds: view !== undefined, leads: false }
}
