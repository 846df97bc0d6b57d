// Issuers of the operator's, over `peer-certificates` and `client-certificates`: each unit looks at its own requests and what came of
// them, in the hooks of these endpoints and of the peers, where something may have become usable, and in sweeps.

import { networkInterfaces } from 'node:os'
import { type IssuerRole, issuerEndpoints, issuerRoles } from '../../interfaces/issuers.ts'
import {
  parseTlsAnswers,
  parseTlsRequests,
  sameRequest,
  type TlsAnswers,
} from '../../interfaces/tls-certificates.ts'
import { type RelationId, unlessGone, unlessRefused } from '../../juju/index.ts'
import { readTextIfExists } from '../../machine/file.ts'
import { findWorkload } from '../../machine/workload.ts'
import { plainText } from '../../plain-text.ts'
import { spellName } from '../../tls/address.ts'
import { examineIssued, rootsIn } from '../../tls/issued-certificate.ts'
import type { Charm } from '../charm.ts'
import type { IssuerSeen, IssuersSeen, PeersSeen } from '../observed.ts'
import { pathOf } from '../layout.ts'
import { certificateFiles } from '../plan/issuers/shown.ts'
import { neededAddresses } from '../plan/issuers/wish.ts'
import { readRequests } from './requests.ts'
import { tryIssued } from './try-issued.ts'
import { tryCertificate } from './try-certificate.ts'

export async function observeIssuers(
  charm: Charm,
  peers: PeersSeen,
  sweep: boolean,
): Promise<IssuersSeen | undefined> {
  const { hook } = charm.context
  const endpoint = hook.kind === 'relation' ? hook.endpoint : undefined
  const concerned = issuerRoles.some((role) => issuerEndpoints[role] === endpoint)
  if (!sweep && !concerned && !(endpoint === 'etcd-peers' && (await hasAsked()))) return undefined
  const [peer, server] = await Promise.all([
    observeIssuer(charm, 'peer', peers),
    observeIssuer(charm, 'server', peers),
  ])
  return { peer, server }
}

/** Nobody else has anything to look for in the hooks of peers, which are many. */
async function hasAsked(): Promise<boolean> {
  const workload = await findWorkload()
  const asked = await Promise.all(issuerRoles.map((role) => readRequests(workload, role)))
  return asked.some((requests) => requests.length > 0)
}

async function observeIssuer(charm: Charm, role: IssuerRole, peers: PeersSeen): Promise<IssuerSeen> {
  const [relation, ...others] = await charm.juju.relationIds(issuerEndpoints[role])
  if (relation === undefined) return { kind: 'none' }
  const seen = await unlessGone(lookAt(charm, relation, others.length > 0))
  if (!seen) return { kind: 'none' }
  const known = new Set((peers.application.issuers?.[role]?.anchors ?? []).map(({ pem }) => pem))
  const [unloadable, untaken] = await Promise.all([
    tryRoots(seen.answers, known),
    tryChains(seen.answers, role, charm.now),
  ])
  return { ...seen, unloadable, untaken }
}

type Related = Extract<IssuerSeen, { kind: 'related' }>

async function lookAt({ context, juju }: Charm, relation: RelationId, several: boolean): Promise<Related> {
  const application = await juju.remoteApp(relation)
  const asked = parseTlsRequests(await juju.readUnitBag(relation, context.unit))
  const answers = parseTlsAnswers((await unlessRefused(juju.readAppBag(relation, application))) ?? {})
  return { kind: 'related', relation, application, asked, answers, several, unloadable: none, untaken: none }
}

const none: ReadonlyMap<string, string> = new Map()
const mostRoots = 8

/** A root that etcd can't load would stop every member at its next start; those that are trusted have been tried. */
async function tryRoots(
  { issued }: TlsAnswers,
  known: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const roots = new Set(issued.flatMap(({ ca, chain }) => rootsIn([ca, ...chain])))
  const unloadable = new Map<string, string>()
  for (const pem of [...roots].filter((root) => !known.has(root)).slice(0, mostRoots)) {
    const trial = await tryCertificate(pem)
    if (trial.kind !== 'loads') unloadable.set(pem, plainText(trial.why))
  }
  return unloadable
}

/** Of what is shown already it is too late to ask. */
async function tryChains(
  { issued }: TlsAnswers,
  role: IssuerRole,
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const workload = await findWorkload()
  const shown = await readTextIfExists(pathOf(workload, certificateFiles[role]))
  const untaken = new Map<string, string>()
  for (const { privateKey, publicKey, request, wish } of await readRequests(workload, role)) {
    const sent = issued.find((entry) => !entry.revoked && sameRequest(entry.request, request))
    const address = neededAddresses(wish).find(isOfThisMachine)
    const examined = sent && examineIssued(sent, { publicKey, role, addresses: [], now })
    if (address === undefined || examined?.kind !== 'issued' || examined.chain === shown) continue
    const { anchor: root, chain } = examined
    const trial = await tryIssued({ chain, privateKey, root, address })
    if (trial.kind === 'refused') untaken.set(chain, plainText(trial.why))
  }
  return untaken
}

/** A virtual address, or one that is translated on the way here, is not. */
function isOfThisMachine(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((rows) => rows ?? [])
  return own.some((row) => spellName(row.address) === spellName(address))
}
