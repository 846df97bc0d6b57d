// Clients without machines, for models of many: each asks as a v1 requirer does, with a certificate of its own.

import { computeRequestId } from '../../src/interfaces/etcd-client.ts'
import { makeCertificate } from '../fixtures/certificates.ts'
import type { Issued } from '../fixtures/issue-certificate.ts'
import type { Model } from '../emulator/index.ts'
import { archives } from './world.ts'

export interface GhostClient extends Issued {
  readonly name: string
  readonly relation: number
}

/** Deployed and integrated; they ask for nothing yet. */
export async function relateGhosts(
  model: Model,
  names: readonly string[],
  provider = 'etcd',
): Promise<readonly GhostClient[]> {
  const clients: GhostClient[] = []
  for (const name of names) {
    await model.deployGhost(name, archives.client)
    const { id: relation } = model.integrate(`${provider}:etcd-client`, `${name}:etcd`)
    clients.push({ name, relation, ...(await makeCertificate(name)) })
  }
  return clients
}

/** What the leader of a v1 requirer does in its relation-created: a secret, granted, and a request that names it. */
export async function askFor(model: Model, { name, relation, certificate }: GhostClient): Promise<void> {
  const resource = `/${name}/`
  await model.as(`${name}/0`, async (run) => {
    const uri = await run('secret-add', '--label', 'mtls', `mtls-cert=${certificate}`)
    await run('secret-grant', uri, '-r', String(relation))
    const request = {
      resource,
      'request-id': computeRequestId(resource, 'salt'),
      salt: 'salt',
      'extra-user-roles': null,
      'external-node-connectivity': false,
      'secret-mtls': uri,
    }
    const bag = ['version=v1', `requests=${JSON.stringify([request])}`]
    await run('relation-set', '-r', String(relation), '--app', ...bag)
  })
}

/** An event with nothing in it for the provider: a requirer's bookkeeping in its unit's databag. */
export async function noteSomething(model: Model, { name, relation }: GhostClient): Promise<void> {
  const at = String(model.tables.journal.length)
  await model.as(`${name}/0`, async (run) => {
    await run('relation-set', '-r', String(relation), `note=${at}`)
  })
}

/** Many at once: the hooks of their relations do nothing, and the next update-status takes them up. */
export async function onboard(
  model: Model,
  names: readonly string[],
  provider = 'etcd',
): Promise<readonly GhostClient[]> {
  const clients = await relateGhosts(model, names, provider)
  for (const client of clients) await askFor(model, client)
  model.passOver(provider, new Set(clients.map((client) => client.relation)))
  await model.updateStatus(provider)
  return clients
}
