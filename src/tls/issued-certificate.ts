// A certificate that somebody else's issuer gave for a key of ours, examined before anybody is shown it (facts: what the field's providers
// really send). The chain is put in order by its signatures, since the list may be in any; whatever is sent, the result is a certificate
// or a refusal, never an error.

import { X509Certificate } from 'node:crypto'
import { canonicalAddress, isAddress } from './address.ts'
import { describeCertificate, fingerprintOf } from './certificate.ts'
import { fingerprintOfKey } from './key.ts'
import { isUsableKey } from './key-type.ts'
import { pemBlocks } from './pem.ts'
import { type Refused, refuse } from './refused.ts'
import { longestSubject, subjectSize } from './subject-size.ts'

export interface Sent {
  readonly certificate: string
  readonly ca: string
  readonly chain: readonly string[]
}

export interface ToBeGoodFor {
  /** SHA-256 of the key that it was asked for. */
  readonly publicKey: string
  /** Members show it to clients, or to each other. */
  readonly role: 'server' | 'peer'
  /** Addresses that it must name. */
  readonly addresses: readonly string[]
  readonly now: number
}

export interface IssuedCertificate {
  readonly kind: 'issued'
  /** The leaf and what is between it and the root, as etcd reads it. */
  readonly chain: string
  /** The root. */
  readonly anchor: string
  readonly notBefore: number
  readonly notAfter: number
  readonly names: readonly string[]
}

const longestText = 200_000
const mostBlocks = 20
const usageOf = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const
const anyUsage = '2.5.29.37.0'

export function examineIssued(sent: Sent, wants: ToBeGoodFor): IssuedCertificate | Refused {
  const texts = [sent.certificate, sent.ca, ...sent.chain]
  if (texts.reduce((sum, text) => sum + text.length, 0) > longestText)
    return refuse('issued-unreadable', 'it is too large')
  try {
    const [leaf, ...rest] = texts.flatMap(readCertificates)
    if (!leaf || pemBlocks(sent.certificate).length === 0)
      return refuse('issued-unreadable', 'there is no certificate in it')
    return whyNot(leaf, wants) ?? close(leaf, rest.slice(0, mostBlocks), wants)
  } catch (error) {
    return refuse('issued-unreadable', error instanceof Error ? error.message.slice(0, 80) : '')
  }
}

function readCertificates(text: string): readonly X509Certificate[] {
  return pemBlocks(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => new X509Certificate(der))
}

function whyNot(leaf: X509Certificate, wants: ToBeGoodFor): Refused | undefined {
  if (fingerprintOfKey(leaf.publicKey) !== wants.publicKey)
    return refuse('issued-for-another-key', "it is for another key than this unit's")
  if (leaf.ca) return refuse('issued-is-ca', 'it is a CA')
  if (!isUsableKey(leaf.publicKey)) return refuse('issued-unreadable', 'etcd has no use for its key')
  return whyUse(leaf, wants, 'its') ?? whyTime(leaf, wants.now) ?? whyNames(leaf, wants.addresses)
}

/** Go goes by the extended key usage of every certificate of a chain, its root's too: where one has any, it limits those below it. */
function whyUse({ keyUsage }: X509Certificate, { role }: ToBeGoodFor, whose: string): Refused | undefined {
  if (!keyUsage || keyUsage.includes(anyUsage)) return undefined
  const lacks = (role === 'peer' ? (['server', 'client'] as const) : (['server'] as const)).find(
    (use) => !keyUsage.includes(usageOf[use]),
  )
  return lacks && refuse('issued-for-other-use', `${whose} extended key usage lacks ${lacks}Auth`)
}

function whyTime(leaf: X509Certificate, now: number): Refused | undefined {
  const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()]
  if (now < from) return refuse('issued-not-yet-valid', `it begins ${leaf.validFromDate.toISOString()}`)
  return to - now > (to - from) / 10
    ? undefined
    : refuse('issued-ends-too-soon', `it ends ${leaf.validToDate.toISOString()}`)
}

function whyNames(leaf: X509Certificate, addresses: readonly string[]): Refused | undefined {
  const missing = addresses.filter((address) => leaf.checkIP(address) === undefined)
  return missing.length === 0
    ? undefined
    : refuse('issued-without-addresses', `it does not name ${missing.slice(0, 3).join(', ')}`)
}

/** From the leaf up, each signed by the next, to one that signed itself: Node's check of a signature, link by link. */
function close(
  leaf: X509Certificate,
  pool: readonly X509Certificate[],
  wants: ToBeGoodFor,
): IssuedCertificate | Refused {
  const { now } = wants
  const chain = [leaf]
  for (let last = leaf; chain.length <= mostBlocks; ) {
    const next = pool.find((other) => other.ca && !chain.includes(other) && signed(other, last))
    if (!next) return refuse('issued-without-root', 'its root is not with it')
    const valid = now >= next.validFromDate.getTime() && now <= next.validToDate.getTime()
    if (!valid || !isUsableKey(next.publicKey))
      return refuse('issuer-unusable', valid ? 'etcd has no use for its key' : 'it is not valid now')
    const use = whyUse(next, wants, "its issuer's")
    if (use) return use
    if (signed(next, next)) return whySize(next) ?? describe(leaf, chain, next)
    chain.push(next)
    last = next
  }
  return refuse('issued-without-root', 'its chain does not end')
}

/** Members send each other the subjects of all whom they trust, and of 64 KiB of them nobody's TLS is left. */
function whySize({ raw }: X509Certificate): Refused | undefined {
  return subjectSize(raw) > longestSubject
    ? refuse('issuer-unusable', `the subject of its root is larger than ${longestSubject} bytes`)
    : undefined
}

function signed(issuer: X509Certificate, of: X509Certificate): boolean {
  try {
    return of.checkIssued(issuer) && of.verify(issuer.publicKey)
  } catch {
    return false
  }
}

function describe(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  root: X509Certificate,
): IssuedCertificate {
  const found = describeCertificate(leaf.toString())
  return {
    kind: 'issued',
    chain: chain.map((one) => one.toString()).join(''),
    anchor: root.toString(),
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
    names: [...(found?.sans.dns ?? []), ...(found?.sans.ips ?? [])],
  }
}

/** Which of these roots a chain, as `examineIssued` gives it, ends in: by fingerprint. */
export function rootOf(chain: string, roots: readonly string[]): string | undefined {
  try {
    const last = readCertificates(chain).at(-1)
    const root = roots.flatMap(readCertificates).find((one) => last !== undefined && signed(one, last))
    return root && fingerprintOf(root)
  } catch {
    return undefined
  }
}

/** Whether a certificate that is in use still names where its member is. */
export function namesAll(sans: { readonly ips: readonly string[] }, addresses: readonly string[]): boolean {
  return addresses.filter(isAddress).every((address) => sans.ips.includes(canonicalAddress(address)))
}

/** Those of these texts that signed themselves, in PEM as `examineIssued` gives its anchor. */
export function rootsIn(texts: readonly string[]): readonly string[] {
  try {
    const all = texts.filter((text) => text.length <= longestText).flatMap(readCertificates)
    return all.filter((one) => one.ca && signed(one, one)).map((one) => one.toString())
  } catch {
    return []
  }
}
