// `juju run etcd/leader create-client-credentials common-name=ops prefix=/web/ days=1`: a certificate for a human or a tool off the machine, with
// access to one prefix, for some days. It is a client like all others (plan/clients/operator-clients.ts); the key is in a secret of
// the application that is granted to nobody, which the model's admin reads, and never in what an action prints.

import * as z from 'zod/mini'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { type AcceptedEntry, isExpired, type Leaf, ledgerKey } from '../../../interfaces/ledger.ts'
import { operatorsKey, type OperatorRequest } from '../../../interfaces/operator-client.ts'
import { typed } from '../../../juju/index.ts'
import { examineClientCertificate } from '../../../tls/client-certificate.ts'
import { type ClientCredentials, createClientCredentials } from '../../../tls/client-credentials.ts'
import type { Charm } from '../../charm.ts'
import { tryCertificate } from '../../observe/try-certificate.ts'
import type { Observed } from '../../observed.ts'
import { isUnjudged } from '../../plan/clients/claim.ts'
import { nextLedger } from '../../plan/clients/ledger.ts'
import { operatorClient } from '../../plan/clients/operator-clients.ts'
import { explainRefusal } from '../../plan/clients/refusals.ts'
import { observe, observeHere } from '../../reconcile.ts'
import { notTold, obey, whyNotOnLeader } from '../order.ts'
import { dryRun, readParameters, untouched } from '../parameters.ts'
import { handOver, handOverAgain } from './hand-over.ts'

export const mostDays = 30

const parameters = z.object({
  'common-name': z.string().check(z.minLength(1), z.maxLength(64)),
  prefix: z.string(),
  'read-only': z._default(z.boolean(), false),
  days: z._default(z.int().check(z.minimum(1), z.maximum(mostDays)), 1),
  ...dryRun,
})
type Wanted = z.infer<typeof parameters>

export async function createCredentials(charm: Charm): Promise<void> {
  const { juju } = charm
  const wanted = await readParameters(charm, parameters)
  if (!wanted) return
  const observed = await observe(charm)
  const refusal = whyNotOnLeader(charm, observed)
  if (refusal !== undefined || !observed.peers) return juju.actionFail(refusal ?? 'there is no peer relation')
  const before = operatorClient(observed.peers.ledger, wanted['common-name'])
  if (before && !(isExpired(before.leaf, charm.now) && hasAccess(before, wanted)))
    return tellOfBefore(charm, observed, wanted, before)
  const made = await make(charm, observed, wanted)
  if (made.kind === 'refused') return juju.actionFail(`refused: ${made.why}`)
  const { client, credentials, judged } = made
  await juju.actionSet(describe(client))
  if (wanted['dry-run']) return juju.actionSet(untouched)
  const carried = await obey(charm, judged, { kind: 'create', client })
  if (!carried) return
  const uri = await handOver(charm, carried.observed, client, credentials)
  await juju.actionSet({
    ...howToRead(uri),
    next: 'it is let in once each member has restarted in turn to load it; status tells when it is served',
  })
}

type Made =
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'made'
      readonly client: OperatorRequest
      readonly credentials: ClientCredentials
      /** etcd was asked for the name. */
      readonly judged: Observed
    }

/** By the rules for all clients: what they would refuse a requirer is refused here, before anything is on record. */
async function make(charm: Charm, observed: Observed, wanted: Wanted): Promise<Made> {
  const { 'common-name': commonName, prefix, 'read-only': readOnly, days } = wanted
  const now = new Date(charm.now)
  const credentials = await createClientCredentials({ commonName, now, days })
  const found = await examineClientCertificate(credentials.certificate, charm.now)
  if (found.kind === 'refused')
    return { kind: 'refused', why: describeRefusal(observed, found.code, found.detail) }
  const trial = await tryCertificate(found.pem)
  if (trial.kind !== 'loads') return { kind: 'refused', why: `etcd can't load its certificate: ${trial.why}` }
  const { pem, fingerprint, serial, notBefore, notAfter, subjectSize } = found
  const leaf = { pem, commonName: found.commonName, fingerprint, serial, notBefore, notAfter, subjectSize }
  const client = { leaf, prefix, readOnly }
  const judged = await observeHere(charm, { ...observed, order: { kind: 'create', client } })
  const why = whyNotTaken(judged, leaf)
  return why === undefined ? { kind: 'made', client, credentials, judged } : { kind: 'refused', why }
}

/** @param judged what was seen, the order to create this client among it */
export function whyNotTaken(judged: Observed, { commonName, fingerprint }: Leaf): string | undefined {
  const row = nextLedger(judged).entries.get(ledgerKey(operatorsKey(commonName)))
  if (!row) return 'this unit leads no more; run it again'
  const { entry } = row
  if (entry.state === 'refused') return describeRefusal(judged, entry.code, entry.detail)
  // Beside the one of before, which has ended, it may have no room.
  if (entry.leaf.fingerprint !== fingerprint) return describeRefusal(judged, 'truststore-full', '')
  return isUnjudged(entry) ? notTold(commonName) : undefined
}

function describeRefusal({ application }: Observed, code: string, detail: string): string {
  const { message, resolution } = explainRefusal(code, detail, application)
  // adopt-user gives a name to a relation that asks for it, and here none does.
  const remedy =
    code === 'common-name-foreign' ? 'use another common name, or remove that user and role' : resolution
  return `${message}; ${remedy}`
}

function describe({ leaf, prefix, readOnly }: OperatorRequest): Readonly<Record<string, string>> {
  const access = readOnly ? 'reads' : 'reads and writes'
  const keys = prefix === '' ? 'every key' : `keys that begin with ${prefix}`
  const until = new Date(leaf.notAfter).toISOString()
  return {
    client: `${leaf.commonName} ${access} ${keys}, until ${until.slice(0, 16).replace('T', ' ')} UTC`,
    json: printJsonText({ 'common-name': leaf.commonName, prefix, 'read-only': readOnly, until }),
  }
}

function howToRead(uri: string): Readonly<Record<string, string>> {
  return { secret: uri, read: `juju show-secret --reveal ${uri}` }
}

function hasAccess({ prefix, readOnly = false }: AcceptedEntry, wanted: Wanted): boolean {
  return prefix === wanted.prefix && readOnly === wanted['read-only']
}

/** One that is there, and whose certificate has not ended, is not made again: its secret is told, with the authority and the addresses that there are by now. */
async function tellOfBefore(
  charm: Charm,
  observed: Observed,
  wanted: Wanted,
  before: AcceptedEntry,
): Promise<void> {
  const { juju } = charm
  const { leaf, prefix, served } = before
  const client = { leaf, prefix, readOnly: before.readOnly === true }
  await juju.actionSet(describe(client))
  const revoke = `revoke-client-credentials ${typed('common-name', leaf.commonName)}`
  if (!hasAccess(before, wanted))
    return juju.actionFail(
      `refused: ${leaf.commonName} is there with other access; choose another name, or ${revoke} first`,
    )
  if (wanted['dry-run']) return juju.actionSet({ done: 'nothing', next: 'it is there already' })
  const uri = await handOverAgain(charm, observed, client)
  if (uri === undefined) return juju.actionFail(`its secret is gone; ${revoke}, and make another`)
  await juju.actionSet({
    ...howToRead(uri),
    done: 'nothing: it was made before',
    next: served ? 'it is served' : 'it is being set up; status tells when it is served',
  })
}
