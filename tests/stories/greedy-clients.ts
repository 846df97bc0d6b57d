// Clients whose certificates have subjects as long as they may be, many in one relation, each with a key of its own.

import { measureBundle } from '../../src/charm/plan/trust/room.ts'
import { computeRequestId } from '../../src/interfaces/etcd-client.ts'
import type { Model } from '../emulator/index.ts'
import { type Issued, issueCertificate } from '../fixtures/issue-certificate.ts'
import { emulated } from './driver/emulated-model.ts'
import { accepts } from './handshake.ts'
import { readServerAuthority } from './intruder.ts'
import { archives } from './world.ts'

export const truststore = '/var/snap/charmed-etcd/common/tls/client-ca.pem'

/** With it a subject has nearly the kibibyte that it may have. */
export const organization = 'm'.repeat(960)

export interface Greedy {
  readonly name: string
  readonly relation: number
  /** As they were sent last, by request. */
  certificates: readonly Issued[]
  /** URIs of the secrets that they are in. */
  readonly secrets: string[]
}

/** Three relations that fill the truststore as far as they may, all that they ask for settled. */
export async function deployGreedy(model: Model): Promise<readonly Greedy[]> {
  const greedy: Greedy[] = []
  for (const name of ['one', 'two', 'three']) {
    await model.deployGhost(name, archives.client)
    const { id: relation } = model.integrate('etcd:etcd-client', `${name}:etcd`)
    greedy.push({ name, relation, certificates: await issueMany(name, 14), secrets: [] })
  }
  for (const each of greedy) await askForMany(model, each)
  await model.settle()
  await model.updateStatus()
  return greedy
}

/** What the truststore on a unit's disk takes of a handshake. */
export async function trustedBytes(model: Model, unit = 'etcd/0'): Promise<number> {
  return measureBundle((await model.unit(unit).host.run(['cat', truststore])).stdout)
}

async function issueMany(name: string, count: number): Promise<readonly Issued[]> {
  const names = Array.from({ length: count }, (_, nth) => `${name}-${nth}`)
  return Promise.all(names.map((each) => issueCertificate({ commonNames: [each], organization })))
}

/** One relation with many requests, each with a secret of its own; the hooks come with the next settling. */
async function askForMany(model: Model, { name, relation, certificates, secrets }: Greedy): Promise<void> {
  await model.as(`${name}/0`, async (run) => {
    const requests = []
    for (const [nth, { certificate }] of certificates.entries()) {
      const uri = await run('secret-add', '--label', `mtls-${nth}`, `mtls-cert=${certificate}`)
      secrets.push(uri)
      await run('secret-grant', uri, '-r', String(relation))
      const resource = `/${name}/${nth}/`
      const id = { 'request-id': computeRequestId(resource, 'salt'), salt: 'salt' }
      requests.push({ resource, ...id, 'secret-mtls': uri })
    }
    const bag = ['version=v1', `requests=${JSON.stringify(requests)}`]
    await run('relation-set', '-r', String(relation), '--app', ...bag)
  })
}

export async function renewMany(model: Model, greedy: Greedy): Promise<void> {
  const certificates = await issueMany(greedy.name, greedy.certificates.length)
  await model.as(`${greedy.name}/0`, async (run) => {
    for (const [nth, { certificate }] of certificates.entries())
      await run('secret-set', greedy.secrets[nth] ?? '', `mtls-cert=${certificate}`)
  })
  greedy.certificates = certificates
}

/** Whom a member lets in, by a handshake with each one's own key. */
export async function letsIn(model: Model, all: readonly Issued[], unit = 'etcd/0'): Promise<number> {
  const { address } = model.unit(unit).host
  const rootCertificate = Buffer.from(await readServerAuthority(emulated(model), unit))
  let count = 0
  for (const { certificate, privateKey } of all) {
    const own = { certChain: Buffer.from(certificate), privateKey: Buffer.from(privateKey) }
    if (await accepts(address, { rootCertificate, ...own })) count += 1
  }
  return count
}
