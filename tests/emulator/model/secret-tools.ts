// The secret tools (facts/juju.md §2.16 and §4): reads track at once, writes wait for the flush.

import {
  type HookContext,
  isLeader,
  json,
  nothing,
  parseFlags,
  sorted,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import {
  assertConsumed,
  assertModelKnown,
  denied,
  find,
  findLater,
  mayManage,
  nameAt,
  nameSecret,
  ownMetadata,
  readerOf,
  uriOf,
} from './secret-access.ts'
import { atCommit } from './at-commit.ts'
import { readContent } from './secret-content.ts'
import { expiryOf, nextRotation, reschedule, rotationOf } from './secret-times.ts'
import { applicationOf, type Consumer, nextNumber, type Secret } from './state.ts'

const contentFlags = {
  '--label': 'value',
  '--description': 'value',
  '--owner': 'value',
  '--rotate': 'value',
  '--expire': 'value',
  '--file': 'value',
} as const

export const secretAdd: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, contentFlags)
  const whose = flags.get('--owner') ?? 'application'
  if (whose !== 'unit' && whose !== 'application')
    throw new ToolFailure(`secret owner "${whose}" not valid`, 2)
  const rotation = rotationOf(flags.get('--rotate'), context.tables.now)
  const expire = expiryOf(flags.get('--expire'), context.tables.now)
  const content = readContent(context, words, flags.get('--file'))
  if (Object.keys(content).length === 0) throw new ToolFailure('missing secret value or filename', 2)
  const byUnit = whose === 'unit'
  if (!byUnit && !isLeader(context)) throw new ToolFailure('this unit is not the leader')
  if (!byUnit) context.asLeader = true
  const label = flags.get('--label') ?? ''
  if ([...context.pendingSecrets.values()].some((row) => label !== '' && row.label === label)) {
    throw new ToolFailure(`secret with label "${label}" already exists`)
  }
  // Ids are unique in the world, so in all models.
  const [first = context.tables] = context.tables.models
  const id = `d${nextNumber(first, 'secret').toString(32).padStart(18, '0')}0`
  const owner = byUnit ? context.unit.name : context.unit.app.name
  const secret: Secret = {
    id,
    owner,
    label,
    description: flags.get('--description') ?? '',
    revisions: new Map([[1, content]]),
    latest: 1,
    rotation,
    expiry: new Map(expire === undefined ? [] : [[1, expire]]),
    obsolete: new Set(),
    grants: new Map(),
    consumers: new Map(),
  }
  context.pendingSecrets.set(id, secret)
  // In 4.0 a label is one name among the secrets of the application and of all its units.
  const among = context.tables.profile === '3.6' ? (row: string) => row : applicationOf
  atCommit(context, `create secrets: creating secret "${id}"`, () => {
    const taken = [...context.tables.secrets.values()].some(
      (row) => label !== '' && among(row.owner) === among(owner) && row.label === label,
    )
    if (taken) throw new ToolFailure(`secret with label "${label}" already exists`)
    context.tables.secrets.set(id, secret)
  })
  return { code: 0, out: `secret://${context.tables.uuid}/${id}\n`, err: '' }
}

export const secretGet: Tool = ({ context, args }) => {
  const spec = { '--label': 'value', '--peek': 'flag', '--refresh': 'flag' } as const
  const { flags, words } = parseFlags(args, spec, 2)
  if (flags.has('--peek') && flags.has('--refresh'))
    throw new ToolFailure('specify one of --peek or --refresh but not both', 2)
  assertModelKnown(context, words)
  const secret = find(context, words, words.length === 0 ? flags.get('--label') : undefined)
  assertConsumed(context, secret)
  const reader = readerOf(context, secret)
  if (reader === undefined) throw refused(context, secret, flags)
  const consumer = secret.consumers.get(reader) ?? { tracked: secret.latest, told: secret.latest }
  nameSecret(context, secret, consumer, words.length > 0 ? flags.get('--label') : undefined)
  const newest = flags.has('--peek') || flags.has('--refresh')
  if (flags.has('--refresh')) trackLatest(context, secret, consumer)
  if (!flags.has('--peek')) secret.consumers.set(reader, consumer)
  const revision = flags.has('--peek') ? secret.latest : consumer.tracked
  const own = newest || context.pendingSecrets.has(secret.id) ? context.contents.get(secret) : undefined
  const content = own ?? secret.revisions.get(revision)
  if (!content) throw noRevision(context, revision)
  const [key] = words.slice(1)
  if (key === undefined) return json(sorted(content))
  if (content[key] === undefined) throw new ToolFailure(`secret key value "${key}" not found`)
  return json(content[key])
}

/** What this hook has set itself is the latest only once it is committed. */
function trackLatest({ contents, flush }: HookContext, secret: Secret, consumer: Consumer): void {
  const track = (): void => void Object.assign(consumer, { tracked: secret.latest, told: secret.latest })
  track()
  if (contents.has(secret)) flush.push(track)
}

/** 4.0 has begun to track by then, and the label is taken: of a later revision the unit is told, and granted, it reads the old one. */
function refused(context: HookContext, secret: Secret, flags: ReadonlyMap<string, string>): ToolFailure {
  const name = nameAt(context, secret)
  if (context.tables.profile === '4.0' && name !== undefined && !flags.has('--peek')) {
    const consumer = secret.consumers.get(name) ?? { tracked: secret.latest, told: secret.latest }
    nameSecret(context, secret, consumer, flags.get('--label'))
    secret.consumers.set(name, consumer)
  }
  return denied(context, 'read')
}

function noRevision({ tables }: HookContext, revision: number): ToolFailure {
  return new ToolFailure(
    tables.profile === '3.6' ? `secret revision ${revision} not found` : 'secret revision not found',
  )
}

/** Content that was set twice in one hook is one revision, of what was set last. */
export const secretSet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, contentFlags)
  const secret = findLater(context, uriOf(words))
  const content = readContent(context, words.slice(1), flags.get('--file'))
  const expire = expiryOf(flags.get('--expire'), context.tables.now)
  const rotation = rotationOf(flags.get('--rotate'), context.tables.now)
  if (!secret) return nothing
  const allowed = mayManage(context, secret)
  if (allowed && secret.owner === context.unit.app.name) context.asLeader = true
  if (Object.keys(content).length > 0) context.contents.set(secret, content)
  const before = { ...context.pendingMetadata.get(secret) }
  context.pendingMetadata.set(secret, {
    ...before,
    ...(flags.has('--label') && { label: flags.get('--label') ?? '' }),
    ...(flags.has('--description') && { description: flags.get('--description') ?? '' }),
    ...(flags.has('--rotate') && { rotation }),
    ...(expire !== undefined && { expire }),
  })
  atCommit(context, 'updating secrets', () => {
    if (!allowed) throw denied(context, 'manage')
    if (!secret.revisions.has(secret.latest)) throw noRevision(context, secret.latest)
    const { rotation: before } = secret
    const after = ownMetadata(context, secret)
    Object.assign(secret, after, { rotation: reschedule(before, after.rotation) })
    revise(context, secret)
  })
  return nothing
}

function revise({ contents, pendingMetadata, pendingSecrets, tables }: HookContext, secret: Secret): void {
  const content = contents.get(secret)
  contents.delete(secret)
  const same =
    JSON.stringify(sorted(content ?? {})) ===
    JSON.stringify(sorted(secret.revisions.get(secret.latest) ?? {}))
  if (content && !same) {
    if (!pendingSecrets.has(secret.id)) secret.latest += 1
    secret.revisions.set(secret.latest, content)
    if (secret.rotation) secret.rotation.next = nextRotation(secret.rotation.policy, tables.now)
  }
  const expire = pendingMetadata.get(secret)?.expire
  if (expire !== undefined) secret.expiry.set(secret.latest, expire)
}

/** With those that this hook has added, and without those that it has removed. */
export const secretIds: Tool = ({ context, args }) => {
  parseFlags(args, {}, 0)
  const all = [...context.tables.secrets.values(), ...context.pendingSecrets.values()]
  const ids = all
    .filter((secret) => mayManage(context, secret) && !context.removedSecrets.has(secret))
    .map((secret) => secret.id)
  return json(ids.length > 0 ? ids : null)
}

export const secretRemove: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--revision': 'value' }, 1)
  const secret = findLater(context, uriOf(words))
  if (!secret) return nothing
  const allowed = mayManage(context, secret)
  if (!allowed && context.tables.profile === '3.6') throw new ToolFailure(`secret "${secret.id}" not found`)
  if (allowed && secret.owner === context.unit.app.name) context.asLeader = true
  const revision = flags.get('--revision')
  if (revision !== undefined && !/^-?\d+$/.test(revision))
    throw new ToolFailure(
      `invalid value "${revision}" for option --revision: strconv.ParseInt: parsing "${revision}": invalid syntax`,
      2,
    )
  // 4.0 shows nothing any more of a secret that loses a revision in this hook.
  if (revision === undefined || context.tables.profile === '4.0') context.removedSecrets.add(secret)
  atCommit(context, 'removing secrets', () => {
    if (!allowed) throw denied(context, 'manage')
    if (revision === undefined) context.tables.secrets.delete(secret.id)
    else removeRevision(context, secret, Number(revision))
  })
  return nothing
}

/** 4.0 is content with one that is gone. Until 3.6.9 whatever begins with the same digits went, too: 12 with 1. */
function removeRevision(context: HookContext, secret: Secret, revision: number): void {
  const { profile, version } = context.tables
  if (!secret.revisions.has(revision) && profile === '3.6') throw noRevision(context, revision)
  const byDigits = /^3\.6\.\d$/.test(version)
  for (const row of [...secret.revisions.keys()])
    if (row === revision || (byDigits && String(row).startsWith(String(revision))))
      secret.revisions.delete(row)
}
