// The options about certificates and TLS: their shapes, what they are by default, and what to say where one is wrong.

import { isIP } from 'node:net'
import * as z from 'zod/mini'

/** What Go's TLS calls safe, of TLS 1.2: the names that etcd of every line takes and that nobody warns of. */
export const safeCipherSuites = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
] as const

/** etcd takes these names, too; of TLS 1.3 it uses all three whatever is asked for. */
const otherCipherSuites: readonly string[] = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305',
]
export const knownCipherSuites: ReadonlySet<string> = new Set([...safeCipherSuites, ...otherCipherSuites])

/** HTTP/2 needs one of them (RFC 7540, 9.2.2): without it etcd does not start. */
const neededForHttp2: readonly string[] = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
]

/** The words of an option that is a list: between commas or blanks. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

const label = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?'
const dnsName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`)

export function isDnsName(name: string): boolean {
  return name.length <= 253 && dnsName.test(name)
}

/** For whatever unit: numbers only grow, so an address may have none that it takes the first of alone. A zone is of one machine. */
function isName(word: string): boolean {
  return ['0', '9999'].every((unit) => {
    const name = word.replaceAll('{unit}', unit)
    if (isIP(name) !== 0) return !name.includes('%')
    return isDnsName(name) && !/^[\d.]+$/.test(name)
  })
}

/** So short that a common name has room for the unit's before it. */
function isDomain(text: string): boolean {
  return text === '' || (isDnsName(text) && !text.startsWith('*') && text.length <= 48)
}

const mostNames = 50

export const certificateOptions = {
  'allow-client-cas': z.boolean(),
  'certificate-days': z.int().check(z.minimum(1), z.maximum(1825)),
  'certificate-extra-sans': z
    .string()
    .check(z.refine((text) => wordsOf(text).every(isName) && wordsOf(text).length <= mostNames)),
  'cipher-suites': z
    .string()
    .check(
      z.refine(
        (text) =>
          wordsOf(text).every((name) => knownCipherSuites.has(name)) &&
          (text === '' || wordsOf(text).some((name) => neededForHttp2.includes(name))),
      ),
    ),
  'certificate-key-type': z.enum(['rsa', 'ecdsa']),
  'client-certificate-domain': z.string().check(z.refine(isDomain)),
  'endpoints-as': z.enum(['address', 'fqdn', 'ingress']),
  'peer-certificate-domain': z.string().check(z.refine(isDomain)),
  'tls-min-version': z.enum(['1.2', '1.3']),
} as const

export interface CertificateOptions {
  readonly 'allow-client-cas': boolean
  readonly 'certificate-days': number
  readonly 'certificate-extra-sans': string
  readonly 'cipher-suites': string
  readonly 'certificate-key-type': 'rsa' | 'ecdsa'
  readonly 'client-certificate-domain': string
  readonly 'endpoints-as': 'address' | 'fqdn' | 'ingress'
  readonly 'peer-certificate-domain': string
  readonly 'tls-min-version': '1.2' | '1.3'
}

export const certificateDefaults: CertificateOptions = {
  'allow-client-cas': false,
  'certificate-days': 365,
  'certificate-extra-sans': '',
  'cipher-suites': '',
  'certificate-key-type': 'rsa',
  'client-certificate-domain': '',
  'endpoints-as': 'address',
  'peer-certificate-domain': '',
  'tls-min-version': '1.2',
}

/** What is said of a value that is refused: of a list, which of its words is at fault. */
export const certificateRemedies: Readonly<Record<keyof CertificateOptions, (value: unknown) => string>> = {
  'allow-client-cas': () => 'set it to true or false',
  'certificate-days': () => 'set it to 1 to 1825 days',
  'certificate-extra-sans': (value) => {
    const odd = typeof value === 'string' ? wordsOf(value).find((word) => !isName(word)) : undefined
    const what = odd === undefined ? '' : `${quote(odd)} is neither; `
    return `${what}set it to at most ${mostNames} host names and addresses, with commas between`
  },
  'cipher-suites': (value) => {
    const names = typeof value === 'string' ? wordsOf(value) : []
    const odd = names.filter((name) => !knownCipherSuites.has(name))
    if (odd.length > 0 || names.length === 0)
      return `${odd.length > 0 ? `${odd.slice(0, 3).map(quote).join(', ')} is none that etcd takes; ` : ''}set it to names like ${safeCipherSuites[0]}, or to nothing`
    return `add one of ${neededForHttp2.join(', ')}: without it etcd does not start`
  },
  'certificate-key-type': () => 'set it to rsa or ecdsa',
  'client-certificate-domain': () => 'set it to a domain like example.com, or to nothing',
  'peer-certificate-domain': () => 'set it to a domain like example.com, or to nothing',
  'endpoints-as': () => 'set it to address, fqdn or ingress',
  'tls-min-version': () => 'set it to 1.2 or 1.3',
}

function quote(word: string): string {
  return word.length > 60 ? `${word.slice(0, 60)}…` : word
}

/** etcd refuses to start with both: of TLS 1.3 nobody can choose. */
export const certificateRules = [
  {
    options: ['cipher-suites', 'tls-min-version'],
    named: 'cipher-suites',
    holds: (config: CertificateOptions): boolean =>
      config['tls-min-version'] !== '1.3' || wordsOf(config['cipher-suites']).length === 0,
    remedy: (): string => 'set it to nothing with tls-min-version=1.3: of TLS 1.3 etcd uses every suite',
  },
] as const
