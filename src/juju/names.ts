// Juju's names as branded types, so that relation 1 is never relation 10 and a unit is never an application.

declare const brand: unique symbol
type Branded<Base, Name> = Base & { readonly [brand]: Name }

/** `etcd/0` */
export type UnitName = Branded<string, 'UnitName'>
/** `etcd` */
export type AppName = Branded<string, 'AppName'>
/** The number behind the colon of `etcd-client:5`. */
export type RelationId = Branded<number, 'RelationId'>
/** The last 20 characters of any form of a secret's URI. */
export type SecretId = Branded<string, 'SecretId'>
/** `secret://<model-uuid>/<id>` */
export type SecretUri = Branded<string, 'SecretUri'>

// Juju makes names for consumers of other models itself, and those may have no letter behind the dash.
const proxy = 'remote-[0-9a-f]{32}'
const app = `(?:${proxy}|[a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*)`
const unitPattern = new RegExp(`^${app}/(?:0|[1-9][0-9]*)$`)
const appPattern = new RegExp(`^${app}$`)

export function isUnitName(text: string): text is UnitName {
  return unitPattern.test(text)
}

export function isAppName(text: string): text is AppName {
  return appPattern.test(text)
}

/**
 * Whether an application's name is the one that Juju gives, in the offering model, to an application of another model.
 *
 * @example isConsumerProxy(parseAppName('remote-0b2f5c0d6f0f4b0e8c5d4d4b3a2a1f0e')) // true
 */
export function isConsumerProxy(name: AppName): boolean {
  return new RegExp(`^${proxy}$`).test(name)
}

// 96 bits in digits of five: of the last one there is one bit (github.com/rs/xid).
const secretId = '[0-9a-v]{19}[0g]'

function isRelationId(value: number): value is RelationId {
  return Number.isSafeInteger(value) && value >= 0
}

function isSecretId(text: string): text is SecretId {
  return new RegExp(`^${secretId}$`).test(text)
}

function isSecretUri(text: string): text is SecretUri {
  return text.startsWith('secret:')
}

/**
 * @example parseUnitName('etcd/0')
 * @throws {TypeError} where the text is no unit name
 */
export function parseUnitName(text: string): UnitName {
  if (isUnitName(text)) return text
  throw new TypeError(`${JSON.stringify(text)} is no unit name like etcd/0`)
}

/**
 * @example parseAppName('etcd')
 * @throws {TypeError} where the text is no application name
 */
export function parseAppName(text: string): AppName {
  if (isAppName(text)) return text
  throw new TypeError(`${JSON.stringify(text)} is no application name like etcd`)
}

/**
 * Takes what stands behind the last colon, as Juju's own tools do.
 *
 * @example parseRelationId('etcd-client:5') // 5
 * @throws {TypeError} where that is no whole number
 */
export function parseRelationId(text: string | number): RelationId {
  const digits = String(text).replace(/^.*:/, '')
  const id = Number(digits)
  if (/^\d+$/.test(digits) && isRelationId(id)) return id
  throw new TypeError(`${JSON.stringify(text)} is no relation id like etcd-client:5`)
}

/** @example appOf(parseUnitName('etcd/0')) // 'etcd' */
export function appOf(unit: UnitName): AppName {
  return parseAppName(unit.replace(/\/\d+$/, ''))
}

// As strict as Juju's own parser: of what is no URI to it, the tool says neither that it is missing nor that it is denied.
const model = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const secretPattern = new RegExp(`^(?:secret:(?:(?://)?${model}/)?)?(${secretId})$`)

/**
 * Reads a secret's id from any of the four forms of its URI that Juju prints; they differ between tools, hooks and versions,
 * so ids are the only thing to compare.
 *
 * @example parseSecretId('secret:cuvbv6p34trs48a10a2g') // 'cuvbv6p34trs48a10a2g'
 * @returns the id, or `undefined` where the text is no secret URI
 */
export function parseSecretId(uri: string): SecretId | undefined {
  const id = secretPattern.exec(uri)?.[1]
  return id !== undefined && isSecretId(id) ? id : undefined
}

/** Whether two URIs, in whatever forms, name one secret. */
export function sameSecret(a: string, b: string): boolean {
  const id = parseSecretId(a)
  return id !== undefined && id === parseSecretId(b)
}

/** The long form, which other models understand too. */
export function secretUri(modelUuid: string, id: SecretId): SecretUri {
  const uri = `secret://${modelUuid}/${id}`
  if (isSecretUri(uri)) return uri
  throw new TypeError('unreachable')
}
