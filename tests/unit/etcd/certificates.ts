// Certificates for a real etcd in tests, made by openssl: an authority, the server's, and clients' by common name.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from '../../../src/etcd/types.ts'

export interface Authority {
  readonly folder: string
  readonly certificatePath: string
  readonly keyPath: string
}

export interface Issued {
  readonly certificatePath: string
  readonly keyPath: string
}

export interface IssueOptions {
  readonly names?: string
  readonly serial?: string
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export function createAuthority(folder: string, name: string): Authority {
  const certificatePath = join(folder, `${name}.crt`)
  const keyPath = join(folder, `${name}.key`)
  openssl('req', '-x509', ...newKey, '-keyout', keyPath, '-out', certificatePath, '-subj', `/CN=${name}`)
  return { folder, certificatePath, keyPath }
}

/** Good for servers and clients; `names` in openssl's words: `IP:127.0.0.1,DNS:localhost`. */
export function issue(authority: Authority, commonName: string, options: IssueOptions = {}): Issued {
  const { names = 'DNS:unused.example', serial = String(Math.floor(Math.random() * 1e15)) } = options
  const base = join(authority.folder, `${commonName}-${serial}`)
  const [certificatePath, keyPath, requestPath] = [`${base}.crt`, `${base}.key`, `${base}.csr`]
  writeFileSync(`${base}.ext`, `basicConstraints=CA:FALSE\nsubjectAltName=${names}\n`)
  openssl('req', ...newKey, '-keyout', keyPath, '-out', requestPath, '-subj', `/CN=${commonName}`)
  const signer = ['-CA', authority.certificatePath, '-CAkey', authority.keyPath, '-set_serial', serial]
  const what = ['-in', requestPath, '-out', certificatePath, '-extfile', `${base}.ext`]
  openssl('x509', '-req', ...signer, ...what)
  return { certificatePath, keyPath }
}

/** A revocation list of these serials, as DER. */
export function revocationList(authority: Authority, serials: readonly string[]): Buffer {
  const path = (name: string): string => join(authority.folder, name)
  const rows = serials.map((serial) => {
    const hex = BigInt(serial).toString(16).toUpperCase()
    return `R\t350101000000Z\t250101000000Z\t${hex.length % 2 ? '0' : ''}${hex}\tunknown\t/CN=any\n`
  })
  writeFileSync(path('index.txt'), rows.join(''))
  const section = `database=${path('index.txt')}\ndefault_md=sha256\ndefault_crl_days=30\ncrl_extensions=v2\n`
  // etcd 3.6 takes lists of version 2 only, and it is the extensions that make openssl write one.
  writeFileSync(
    path('ca.conf'),
    `[ca]\ndefault_ca=own\n[own]\n${section}[v2]\nauthorityKeyIdentifier=keyid\n`,
  )
  const signer = [
    '-config',
    path('ca.conf'),
    '-cert',
    authority.certificatePath,
    '-keyfile',
    authority.keyPath,
  ]
  openssl('ca', '-gencrl', ...signer, '-out', path('list.pem'))
  openssl('crl', '-in', path('list.pem'), '-outform', 'DER', '-out', path('list.der'))
  return readFileSync(path('list.der'))
}

export function credentialsOf(authority: Authority, issued: Issued): Credentials {
  return {
    ca: readFileSync(authority.certificatePath, 'utf8'),
    certificate: readFileSync(issued.certificatePath, 'utf8'),
    privateKey: readFileSync(issued.keyPath, 'utf8'),
  }
}

export function openssl(...args: readonly string[]): void {
  execFileSync('openssl', [...args], { stdio: ['ignore', 'ignore', 'pipe'] })
}
