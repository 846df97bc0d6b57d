// What a hook of that world observes: Juju as it was when the hook began, its machine and etcd as they are now.

import type { AccessSeen, Observed, RelationSeen } from '../../../src/charm/observed.ts'
import { ownedNames } from '../../../src/charm/plan/clients/names.ts'
import type { Ledger } from '../../../src/interfaces/ledger.ts'
import { leaf, settled } from './observation.ts'
import { describe } from './succession-etcd.ts'
import { type Asks, type Hook, nodeOf, type View, type World } from './succession-world.ts'

/** Names that the clients of these worlds ask for. */
export const names = ['shared', 'Shared', 'other'] as const

/** The one whose requirer is in another model: only such a relation can be suspended. */
export const acrossModels = 6

export function observe(world: World, unit: string, view: View, hook: Hook): Observed {
  const base = settled()
  const node = nodeOf(world, unit)
  return {
    ...base,
    now: view.now,
    unit,
    leader: view.term !== undefined,
    sweep: hook.sweep === true,
    aboutClient: hook.about !== undefined,
    order: hook.order,
    peers: peersOf(base, view),
    machine: {
      ...base.machine,
      claim: { token: 'token', generation: 1, unit },
      files: node.files,
      loaded: node.loaded,
      revoked: node.revoked,
      service: node.runs ? 'active' : 'inactive',
      run: { ...base.machine.run, invocation: String(node.invocation), begun: node.begun },
    },
    etcd: hook.blind
      ? { kind: 'down', why: 'cut off', standing: undefined }
      : etcdOf(world, unit, hook.sweep ? view.ledger : undefined),
    clients: clientsOf(base, view, hook),
  }
}

function peersOf({ peers, unit: first }: Observed, view: View): NonNullable<Observed['peers']> {
  const [template] = [...(peers?.units.values() ?? [])]
  const certificates = peers?.application.certificates.get(first)
  if (!peers || !template || !certificates) throw new Error('the settled observation has peers')
  return {
    ...peers,
    application: {
      ...peers.application,
      certificates: new Map([...view.signed].map((name) => [name, certificates])),
      clientCas: view.clientCas,
    },
    ledger: view.ledger,
    units: new Map(
      [...view.databags].map(([name, databag]) => [
        name,
        { ...template, databag: { ...template.databag, ...databag } },
      ]),
    ),
  }
}

function etcdOf(world: World, unit: string, swept: Ledger | undefined): Observed['etcd'] {
  const owned = new Set(swept ? ownedNames(swept) : [])
  const asked = [...world.asks.values()].flatMap((requests) => [...requests.values()])
  const wanted = asked.map(({ commonName }) => commonName)
  const known = new Set([...world.users.keys(), ...world.roles.keys(), ...names, ...wanted])
  return {
    kind: 'up',
    here: nodeOf(world, unit).runs !== undefined,
    members: undefined,
    authentication: true,
    accessRevision: undefined,
    access: new Map<string, AccessSeen>([...known].map((name) => [name, describe(world, name)])),
    orphans: swept ? [...world.users.keys()].filter((name) => !owned.has(name)) : [],
  }
}

function clientsOf(
  { clients }: Observed,
  { asks, gone, suspended, ledger }: View,
  { about, sweep }: Hook,
): Observed['clients'] {
  const looksAt = (relation: number): boolean => about === undefined || about === relation
  const seen = [...asks].filter(([relation]) => looksAt(relation) && !suspended.has(relation))
  // Only a sweep, or the hook in which the relation breaks, sees that it is there no more.
  const broken = [...suspended].filter((relation) => sweep || about === relation)
  return {
    ...clients,
    relations: new Map(seen.map(([relation, requests]) => [relation, relationSeen(requests)])),
    gone: new Set([...gone].filter(looksAt)),
    suspended: new Set(broken.filter((relation) => ledger.crossModel.has(relation))),
    granted: new Set(broken),
    crossModel: new Map(
      seen.flatMap(([relation]) =>
        relation === acrossModels ? [[relation, { encryption: 'echoed', grantable: true } as const]] : [],
      ),
    ),
    members: new Map([...asks.keys()].map((relation) => [relation, 1])),
  }
}

const ca = { kind: 'refused', code: 'certificate-is-ca', detail: '', secret: undefined } as const

function relationSeen(asks: ReadonlyMap<string, Asks>): RelationSeen {
  const requests = [...asks].map(([request, { commonName, prefix, serial, bad }]) => ({
    asked: { request, prefix, echo: {} },
    certificate: bad ? ca : ({ kind: 'leaf', leaf: leaf(commonName, serial), secret: undefined } as const),
  }))
  if (requests.length === 0) return { kind: 'silent', application: 'web', protocol: 'v1' }
  return { kind: 'requests', application: 'web', protocol: 'v1', requests }
}
