// Certificates: the leader makes the authorities and signs; each unit makes its own requests. The authorities' keys live in
// one app-owned secret and in the memory of a hook that signs, nowhere else.

import { type ByPurpose, type Purpose, printCertificates, purposes } from '../../interfaces/etcd-peers.ts'
import { NotFound } from '../../juju/errors.ts'
import { readTextIfExists } from '../../machine/file.ts'
import { createAuthority, signRequest } from '../../tls/authority.ts'
import { publicKeyOf } from '../../tls/key.ts'
import { createRequest } from '../../tls/request.ts'
import type { Charm } from '../charm.ts'
import { keyPath } from '../layout.ts'
import { findWorkload } from '../observe-machine.ts'
import type { Observed } from '../observed.ts'
import { Blocked, Waiting } from '../outcome.ts'
import { certificateDays } from '../plan/identity.ts'

const authoritiesLabel = 'etcd-authorities'
const authorityYears = 10

/** The names that the certificates carry; etcd knows the administrator by `root`. */
const commonNames: Readonly<Record<Purpose, string>> = {
  peer: 'etcd-peer',
  server: 'etcd-server',
  admin: 'root',
}

/** Makes the three authorities, or takes up those that an interrupted hook left in Juju, and gives their certificates. */
export async function createAuthorities(charm: Charm): Promise<ByPurpose> {
  const { juju, now, context } = charm
  const stored = await readAuthorities(charm)
  if (stored) return pick(stored, 'certificate')
  const make = (purpose: Purpose): ReturnType<typeof createAuthority> =>
    createAuthority({
      commonName: `${context.app} ${purpose} authority`,
      now: new Date(now),
      years: authorityYears,
    })
  const made = { peer: await make('peer'), server: await make('server'), admin: await make('admin') }
  const content = Object.fromEntries(
    purposes.flatMap((purpose) => [
      [`${purpose}-certificate`, made[purpose].certificate],
      [`${purpose}-key`, made[purpose].privateKey],
    ]),
  )
  await juju.putSecret({
    label: authoritiesLabel,
    owner: 'application',
    description: "etcd's certificate authorities",
    content,
  })
  return pick(content, 'certificate')
}

async function readAuthorities({ juju }: Charm): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return await juju.readSecret({ label: authoritiesLabel }, { peek: true })
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

function pick(content: Readonly<Record<string, string>>, part: 'certificate' | 'key'): ByPurpose {
  const of = (purpose: Purpose): string => {
    const pem = content[`${purpose}-${part}`]
    if (pem === undefined)
      throw new Blocked(`secret ${authoritiesLabel} lacks ${purpose}-${part}; restore it, or deploy anew`)
    return pem
  }
  return { peer: of('peer'), server: of('server'), admin: of('admin') }
}

/** Signs what a unit asks for; subject and names are the leader's decision, only the public key is the unit's. */
export async function signCertificates(
  charm: Charm,
  observed: Observed,
  unit: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  const content = await readAuthorities(charm)
  const requests = observed.peers?.units.get(unit)?.databag.requests
  if (!content || !requests) throw new Waiting(`waiting for the requests of ${unit}`)
  const certificates = pick(content, 'certificate')
  const keys = pick(content, 'key')
  const isAddress = (name: string): boolean => /^[0-9.]+$|:/.test(name)
  const sans = { dns: names.filter((name) => !isAddress(name)), ips: names.filter(isAddress) }
  const sign = (purpose: Purpose): Promise<string> =>
    signRequest({
      authority: { certificate: certificates[purpose], privateKey: keys[purpose] },
      request: requests[purpose],
      profile: purpose,
      commonName: commonNames[purpose],
      sans: purpose === 'admin' ? { dns: [], ips: [] } : sans,
      now: new Date(charm.now),
      days: certificateDays,
    })
  return printCertificates(unit, {
    peer: await sign('peer'),
    server: await sign('server'),
    admin: await sign('admin'),
  })
}

/** Requests for the three keys on this disk, and which keys those are. */
export async function createRequests(): Promise<{ readonly requests: ByPurpose; readonly keys: ByPurpose }> {
  const workload = await findWorkload()
  const ask = async (purpose: Purpose): Promise<{ request: string; key: string }> => {
    const privateKey = await readTextIfExists(keyPath(workload, purpose))
    if (privateKey === undefined) throw new Waiting(`waiting for this unit's ${purpose} key`)
    const request = await createRequest({ privateKey, commonName: commonNames[purpose] })
    return { request, key: publicKeyOf(privateKey) }
  }
  const [peer, server, admin] = [await ask('peer'), await ask('server'), await ask('admin')]
  return {
    requests: { peer: peer.request, server: server.request, admin: admin.request },
    keys: { peer: peer.key, server: server.key, admin: admin.key },
  }
}
