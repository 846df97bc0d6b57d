// The certificate of one request: out of the requirer's secret, out of its databag, or, from another model, decrypted. Whatever comes
// of it is an offer to be judged; a requirer's mistake is never this hook's failure.

import type { ClientRequest } from '../../interfaces/etcd-client.ts'
import { type Leaf, type Ledger, ledgerKey, type RequestKey } from '../../interfaces/ledger.ts'
import {
  NotAllowed,
  NotFound,
  NotLeader,
  parseSecretId,
  RelationGone,
  type RelationId,
  ToolError,
} from '../../juju/index.ts'
import { plainText } from '../../plain-text.ts'
import { examineClientCertificate } from '../../tls/client-certificate.ts'
import type { Charm } from '../charm.ts'
import type { Look } from './clients-in-focus.ts'
import { decryptCertificate } from './cross-model.ts'
import type { CertificateOffer, CrossModelSeen } from '../observed.ts'
import type { UnreadSecret } from '../plan/clients/refusals.ts'
import { tryCertificate } from './try-certificate.ts'

/** Before the echo nothing is accepted: what is in the databag by then is about to be replaced. */
export async function readEncryptedOffer(
  charm: Charm,
  relation: RelationId,
  asked: ClientRequest,
  { encryption }: CrossModelSeen,
  ledger: Ledger,
): Promise<CertificateOffer> {
  const secret = undefined
  if (encryption !== 'echoed') return { kind: 'unreadable', code: 'encryption-awaited', detail: '', secret }
  if (!asked.certificate) return { kind: 'missing' }
  const opened = await decryptCertificate(charm, relation, asked.certificate)
  if (!opened) return { kind: 'unreadable', code: 'encryption-awaited', detail: '', secret }
  // Every token differs, even of one certificate: only what is in it counts.
  if (opened.kind === 'text') return examine(charm, opened.text, secret, ledger)
  return { kind: 'refused', code: 'certificate-undecryptable', detail: opened.why, secret }
}

export async function readOffer(
  charm: Charm,
  relation: RelationId,
  asked: ClientRequest,
  look: Look,
): Promise<CertificateOffer> {
  const { ledger } = look
  if (asked.secret === undefined) {
    return asked.certificate ? examine(charm, asked.certificate, undefined, ledger) : { kind: 'missing' }
  }
  const secret = parseSecretId(asked.secret)
  if (!secret)
    return {
      kind: 'refused',
      code: 'secret-not-found',
      detail: 'secret-mtls is no secret URI',
      secret: undefined,
    }
  const before = readBefore(charm, { relation, request: asked.request }, secret, look)
  if (before) return { kind: 'leaf', leaf: before, secret }
  try {
    const content = await charm.juju.readSecret({ uri: asked.secret }, { refresh: true })
    const text = content['mtls-cert']
    if (text === undefined) return { kind: 'refused', code: 'secret-key-missing', detail: '', secret }
    return await examine(charm, text, secret, ledger)
  } catch (error) {
    // That this unit leads no more is no word about the secret.
    if (!(error instanceof ToolError) || error instanceof NotLeader) throw error
    const code = whyUnread(error)
    if (code === 'secret-unreadable')
      await charm.juju.log(
        'WARNING',
        `the secret of a client on relation ${relation} can't be read: ${plainText(error.message, 300)}`,
      )
    return { kind: 'unreadable', code, detail: '', secret }
  }
}

/** Juju's own words may name controllers and addresses: they are for this model's log, not for the requirer. */
function whyUnread(error: ToolError): UnreadSecret {
  if (error instanceof NotAllowed || error instanceof RelationGone) return 'secret-denied'
  return error instanceof NotFound ? 'secret-not-found' : 'secret-unreadable'
}

/** Sweeps that other options cause, or a start of the machine: no secret is another for that. */
const tellNoSecret: ReadonlySet<string> = new Set(['config-changed', 'start'])

/**
 * What this very secret held when it was read last: of new content secret-changed tells. Only who was accepted is known by it, while its
 * certificate is valid and no other is to replace it.
 */
function readBefore(
  { context: { hook }, now }: Charm,
  key: RequestKey,
  secret: string,
  { ledger }: Look,
): Leaf | undefined {
  if (hook.kind !== 'relation' && !tellNoSecret.has(hook.name)) return undefined
  const entry = ledger.entries.get(ledgerKey(key))?.entry
  if (entry?.state !== 'accepted' || entry.secret !== secret || entry.waits || entry.pending) return undefined
  return now <= entry.leaf.notAfter ? entry.leaf : undefined
}

async function examine(
  charm: Charm,
  text: string,
  secret: string | undefined,
  ledger: Ledger,
): Promise<CertificateOffer> {
  const accepted = acceptedBefore(text, ledger)
  // New code may know better, so an upgrade looks again.
  const upgraded = charm.context.hook.kind === 'lifecycle' && charm.context.hook.name === 'upgrade-charm'
  if (accepted && !upgraded) return { kind: 'leaf', leaf: accepted, secret }
  const at = accepted ? Math.min(Math.max(charm.now, accepted.notBefore), accepted.notAfter) : charm.now
  const found = await examineClientCertificate(text, at)
  if (found.kind === 'refused') return { kind: 'refused', code: found.code, detail: found.detail, secret }
  const { pem, commonName, fingerprint, serial, notBefore, notAfter, subjectSize } = found
  const leaf = { pem, commonName, fingerprint, serial, notBefore, notAfter, subjectSize }
  const known = [...ledger.entries.values()].some(
    ({ entry }) => entry.state === 'accepted' && entry.leaf.fingerprint === fingerprint,
  )
  if (known) return { kind: 'leaf', leaf, secret }
  const trial = await tryCertificate(pem)
  switch (trial.kind) {
    case 'loads':
      return { kind: 'leaf', leaf, secret }
    case 'refused':
      return { kind: 'refused', code: 'certificate-unloadable', detail: trial.why, secret }
    case 'untried':
      return { kind: 'untried', why: trial.why, secret }
    default:
      return trial satisfies never
  }
}

/**
 * A certificate that was examined and accepted is not parsed again, which would cost every hook node-forge. It was valid once: where it seems
 * not to be valid yet, the clock is behind, and where it has expired, judgement knows whose it was.
 */
function acceptedBefore(text: string, { entries }: Ledger): Leaf | undefined {
  const pem = text.trim()
  for (const { entry } of entries.values())
    if (entry.state === 'accepted' && entry.leaf.pem.trim() === pem) return entry.leaf
  return undefined
}
