// The secret tools (facts/juju.md §2.16 and §4): reads track at once, writes wait for the flush.

import { readFileSync } from 'node:fs'
import {
  type HookContext,
  isLeader,
  json,
  nothing,
  parseFlags,
  type Request,
  type Tool,
  ToolFailure,
} from './hook-context.ts'
import { denied, find, mayManage, nameAt, nameSecret, readerOf } from './secret-access.ts'
import { expiryOf, rotationOf } from './secret-times.ts'
import { applicationOf, type Bag, nextNumber, type Secret } from './state.ts'

const contentFlags = {
  '--label': 'value',
  '--description': 'value',
  '--owner': 'value',
  '--rotate': 'value',
  '--expire': 'value',
} as const

export const secretAdd: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, contentFlags)
  const content = readContent(context, words)
  if (Object.keys(content).length === 0) throw new ToolFailure('missing secret value or filename', 2)
  const byUnit = flags.get('--owner') === 'unit'
  if (!byUnit && !isLeader(context)) throw new ToolFailure('this unit is not the leader')
  if (!byUnit) context.asLeader = true
  const label = flags.get('--label') ?? ''
  if ([...context.pendingSecrets.values()].some((row) => label !== '' && row.label === label)) {
    throw new ToolFailure(`secret with label "${label}" already exists`)
  }
  // Ids are unique in the world, so in all models.
  const [first = context.tables] = context.tables.models
  const id = `c${nextNumber(first, 'secret').toString(32).padStart(18, '0')}0`
  const owner = byUnit ? context.unit.name : context.unit.app.name
  const expire = expiryOf(flags.get('--expire'), context.tables.now)
  const secret: Secret = {
    id,
    owner,
    label,
    description: flags.get('--description') ?? '',
    revisions: new Map([[1, content]]),
    latest: 1,
    rotation: rotationOf(flags.get('--rotate'), context.tables.now),
    expiry: new Map(expire === undefined ? [] : [[1, expire]]),
    obsolete: new Set(),
    grants: new Map(),
    consumers: new Map(),
  }
  context.pendingSecrets.set(id, secret)
  // In 4.0 a label is one name among the secrets of the application and of all its units.
  const among = context.tables.profile === '3.6' ? (row: string) => row : applicationOf
  context.flush.push(() => {
    const taken = [...context.tables.secrets.values()].some(
      (row) => label !== '' && among(row.owner) === among(owner) && row.label === label,
    )
    if (taken) throw new ToolFailure(`secret with label "${label}" already exists`)
    context.tables.secrets.set(id, secret)
  })
  return { code: 0, out: `secret://${context.tables.uuid}/${id}\n`, err: '' }
}

function readContent({ unit }: HookContext, words: readonly string[]): Bag {
  const content: Bag = {}
  for (const word of words) {
    const at = word.indexOf('=')
    const [key = '', how] = word.slice(0, at).split('#')
    if (!/^([a-z](?:-?[a-z0-9]){2,})$/.test(key)) throw new ToolFailure(`key "${key}" not valid`, 2)
    const value = word.slice(at + 1)
    // The agent opens the file, from a working directory of its own: the path must be absolute.
    content[key] = how === 'file' ? readFileSync(unit.host.outside(value), 'utf8') : value
  }
  return content
}

export const secretGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--label': 'value', '--peek': 'flag', '--refresh': 'flag' })
  const secret = find(context, words, words.length === 0 ? flags.get('--label') : undefined)
  const reader = readerOf(context, secret)
  if (reader === undefined) throw refused(context, secret, flags)
  const consumer = secret.consumers.get(reader) ?? { tracked: secret.latest, told: secret.latest }
  if (flags.has('--refresh')) Object.assign(consumer, { tracked: secret.latest, told: secret.latest })
  nameSecret(context, secret, consumer, words.length > 0 ? flags.get('--label') : undefined)
  if (!flags.has('--peek')) secret.consumers.set(reader, consumer)
  const revision = flags.has('--peek') ? secret.latest : consumer.tracked
  const content = secret.revisions.get(revision)
  if (!content) throw noRevision(context, revision)
  const [key] = words.slice(1)
  return json(key === undefined ? content : content[key])
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

export const secretSet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, contentFlags)
  const secret = find(context, words, undefined)
  const content = readContent(context, words.slice(1))
  const allowed = mayManage(context, secret)
  if (allowed && secret.owner === context.unit.app.name) context.asLeader = true
  const expire = expiryOf(flags.get('--expire'), context.tables.now)
  context.flush.push(() => {
    if (!allowed) throw denied(context, 'manage')
    if (!secret.revisions.has(secret.latest)) throw noRevision(context, secret.latest)
    secret.label = flags.get('--label') ?? secret.label
    const same = JSON.stringify(content) === JSON.stringify(secret.revisions.get(secret.latest))
    if (Object.keys(content).length === 0 || same) return
    secret.latest += 1
    secret.revisions.set(secret.latest, content)
    if (expire !== undefined) secret.expiry.set(secret.latest, expire)
    if (secret.rotation) secret.rotation.next = context.tables.now + secret.rotation.every
  })
  return nothing
}

export const secretInfoGet: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--label': 'value' })
  const secret = find(context, words, flags.get('--label'))
  if (!mayManage(context, secret)) throw new ToolFailure(`secret "${secret.id}" not found`)
  const shown = [...secret.grants].filter(([, id]) => isShown(context, id))
  const access = shown.map(([app, relation]) => ({
    target: `application-${app}`,
    scope: relationTag(context, relation),
    role: 'view',
  }))
  const owner = secret.owner.includes('/') ? 'unit' : 'application'
  return json({
    [secret.id]: {
      revision: secret.latest,
      label: secret.label,
      owner,
      ...(access.length > 0 && { access }),
    },
  })
}

/** 4.0 does not tell whom in another model a secret was granted. */
function isShown({ tables }: HookContext, relation: number): boolean {
  return !tables.hidesAccessAcross || tables.relations.get(relation)?.across === undefined
}

/** Requirer before provider: `relation-web.db#etcd.etcd-client`. */
function relationTag({ tables }: HookContext, id: number): string {
  const ends = [...(tables.relations.get(id)?.ends ?? [])].sort((a) => (a.role === 'requires' ? -1 : 1))
  return `relation-${ends.map((end) => `${end.app}.${end.endpoint}`).join('#')}`
}

export const secretIds: Tool = ({ context }) => {
  const ids = [...context.tables.secrets.values()]
    .filter((secret) => mayManage(context, secret))
    .map((secret) => secret.id)
  return json(ids.length > 0 ? ids : null)
}

export const secretGrant: Tool = (request) =>
  changeGrant(request, (secret, app, id) => secret.grants.set(app, id))

export const secretRevoke: Tool = (request) =>
  changeGrant(request, (secret, app) => secret.grants.delete(app))

function changeGrant(
  { context, args }: Request,
  change: (secret: Secret, app: string, id: number) => unknown,
): typeof nothing {
  const { flags, words } = parseFlags(args, { '-r': 'value', '--relation': 'value', '--unit': 'value' })
  const secret = find(context, words, undefined)
  if (!mayManage(context, secret)) throw new ToolFailure(`secret "${secret.id}" not found`)
  const id = Number((flags.get('-r') ?? flags.get('--relation') ?? '').replace(/^.*:/, ''))
  const relation = context.tables.relations.get(id)
  const remote = relation?.ends.find((end) => end.app !== applicationOf(context.unit.name))?.app
  if (!relation || remote === undefined) throw new ToolFailure('no relation id specified', 2)
  if (secret.owner === context.unit.app.name) context.asLeader = true
  context.flush.push(() => {
    if (relation.gone) throw new ToolFailure('relation not found')
    if (relation.dying) throw new ToolFailure('cannot grant access to a relation that is not alive')
    if (relation.across && !relation.across.offers)
      throw new ToolFailure('sharing consumer secrets across a cross model relation not supported')
    change(secret, remote, id)
  })
  return nothing
}

export const secretRemove: Tool = ({ context, args }) => {
  const { flags, words } = parseFlags(args, { '--revision': 'value' })
  const secret = find(context, words, undefined)
  if (!mayManage(context, secret)) throw new ToolFailure(`secret "${secret.id}" not found`)
  if (secret.owner === context.unit.app.name) context.asLeader = true
  context.flush.push(() => {
    const revision = flags.get('--revision')
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
