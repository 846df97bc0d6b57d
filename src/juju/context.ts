// What Juju says in the environment about the hook or action that runs. Unset and empty are alike (Juju exports both).

import {
  type AppName,
  appOf,
  parseAppName,
  parseRelationId,
  parseSecretId,
  parseUnitName,
  type RelationId,
  type SecretId,
  type UnitName,
} from './names.ts'

export const lifecycleHooks = [
  'install',
  'leader-elected',
  'leader-settings-changed',
  'config-changed',
  'start',
  'upgrade-charm',
  'update-status',
  'stop',
  'remove',
] as const
export type LifecycleHook = (typeof lifecycleHooks)[number]

export const relationEvents = ['created', 'joined', 'changed', 'departed', 'broken'] as const
export type RelationEvent = (typeof relationEvents)[number]
export type RelationHook<Endpoint extends string> = `${Endpoint}-relation-${RelationEvent}`

export const secretHooks = ['secret-changed', 'secret-rotate', 'secret-expired', 'secret-remove'] as const
export type SecretHook = (typeof secretHooks)[number]

export const storageEvents = ['attached', 'detaching'] as const
export type StorageHook<Storage extends string> = `${Storage}-storage-${(typeof storageEvents)[number]}`

export type Hook =
  | { readonly kind: 'lifecycle'; readonly name: LifecycleHook }
  | {
      readonly kind: 'relation'
      readonly name: string
      readonly endpoint: string
      readonly event: RelationEvent
      readonly relation: RelationId
      readonly remoteApp?: AppName
      readonly remoteUnit?: UnitName
      /** In departed only: who leaves; this unit itself, or a remote one. */
      readonly departing?: UnitName
    }
  | {
      readonly kind: 'secret'
      readonly name: SecretHook
      readonly secret: SecretId
      readonly label?: string
      readonly revision?: number
    }
  | {
      readonly kind: 'storage'
      readonly name: string
      readonly storage: string
      readonly id: string
      readonly event: (typeof storageEvents)[number]
      readonly location: string
    }
  | { readonly kind: 'action'; readonly name: string; readonly task: string }
  /** Juju runs dispatch for hooks of later versions too; they are to be passed over. */
  | { readonly kind: 'unknown'; readonly name: string }

export interface HookContext {
  readonly unit: UnitName
  readonly app: AppName
  readonly model: { readonly name: string; readonly uuid: string }
  readonly charmDir: string
  readonly jujuVersion: string
  readonly machine: string
  /** The model's, as the options `juju-http-proxy` and their like say, by the names that programs know them by. */
  readonly proxies: Readonly<Record<string, string>>
  readonly hook: Hook
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * @example readContext(process.env).hook.kind // 'relation'
 * @throws {TypeError} outside a hook, naming the variable that is missing or odd
 */
export function readContext(env: Environment): HookContext {
  const unit = parseUnitName(require(env, 'JUJU_UNIT_NAME'))
  return {
    unit,
    app: appOf(unit),
    model: { name: env.JUJU_MODEL_NAME ?? '', uuid: require(env, 'JUJU_MODEL_UUID') },
    charmDir: require(env, 'JUJU_CHARM_DIR'),
    jujuVersion: env.JUJU_VERSION ?? '',
    machine: env.JUJU_MACHINE_ID ?? '',
    proxies: readProxies(env),
    hook: readHook(env),
  }
}

function readProxies(env: Environment): Readonly<Record<string, string>> {
  const rows = [
    ['http_proxy', env.JUJU_CHARM_HTTP_PROXY],
    ['https_proxy', env.JUJU_CHARM_HTTPS_PROXY],
    ['no_proxy', env.JUJU_CHARM_NO_PROXY],
  ] as const
  return Object.fromEntries(rows.flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

function require(env: Environment, name: string): string {
  const value = env[name]
  if (value) return value
  throw new TypeError(`${name} is not set; run this charm by Juju, or by juju exec`)
}

function readHook(env: Environment): Hook {
  const [folder, name = ''] = (env.JUJU_DISPATCH_PATH ?? '').split('/')
  if (folder === 'actions') return { kind: 'action', name, task: env.JUJU_ACTION_UUID ?? '' }
  const lifecycle = lifecycleHooks.find((row) => row === name)
  if (lifecycle) return { kind: 'lifecycle', name: lifecycle }
  const secret = secretHooks.find((row) => row === name)
  if (secret) return readSecretHook(secret, env)
  const storage = /^(.+)-storage-(attached|detaching)$/.exec(name)
  if (storage) return readStorageHook(name, storage[1] ?? '', env)
  const relation = /^(.+)-relation-(created|joined|changed|departed|broken)$/.exec(name)
  return relation ? readRelationHook(name, relation[1] ?? '', env) : { kind: 'unknown', name }
}

function readRelationHook(name: string, endpoint: string, env: Environment): Hook {
  const event = relationEvents.find((row) => name.endsWith(`-${row}`)) ?? 'changed'
  const { JUJU_REMOTE_APP: app, JUJU_REMOTE_UNIT: unit, JUJU_DEPARTING_UNIT: departing } = env
  // An agent that was restarted leaves the application out where it still names the unit.
  const remoteApp = app ? parseAppName(app) : unit ? appOf(parseUnitName(unit)) : undefined
  return {
    kind: 'relation',
    name,
    endpoint,
    event,
    relation: parseRelationId(require(env, 'JUJU_RELATION_ID')),
    ...(remoteApp && { remoteApp }),
    ...(unit && { remoteUnit: parseUnitName(unit) }),
    ...(departing && { departing: parseUnitName(departing) }),
  }
}

function readSecretHook(name: SecretHook, env: Environment): Hook {
  const uri = require(env, 'JUJU_SECRET_ID')
  const secret = parseSecretId(uri)
  if (!secret) throw new TypeError(`JUJU_SECRET_ID ${JSON.stringify(uri)} is no secret URI`)
  const { JUJU_SECRET_LABEL: label, JUJU_SECRET_REVISION: revision } = env
  return {
    kind: 'secret',
    name,
    secret,
    ...(label && { label }),
    ...(revision && { revision: Number(revision) }),
  }
}

function readStorageHook(name: string, storage: string, env: Environment): Hook {
  const event = name.endsWith('-attached') ? 'attached' : 'detaching'
  const { JUJU_STORAGE_ID: id = '', JUJU_STORAGE_LOCATION: location = '' } = env
  return { kind: 'storage', name, storage, id, event, location }
}
