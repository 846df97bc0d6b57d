// The certificate authorities: made by the leader, kept with their keys in one secret of the application, and replaced in three
// moves. What an interrupted hook left in Juju is taken up, never made twice.

import { type ByPurpose, purposes, type Rotation } from '../../interfaces/etcd-peers.ts'
import { createAuthority } from '../../tls/authority.ts'
import { readValidity } from '../../tls/certificate.ts'
import type { Charm } from '../charm.ts'
import { type Age, type Content, hasKeys, label, readAuthorities } from '../observe/authorities-secret.ts'
import { Blocked, Waiting } from '../outcome.ts'
import { authorityYears } from '../plan/certificates/rotation.ts'
import type { RotationStep } from '../step.ts'

export interface Published {
  /** To be trusted from now on, the one that signs first. */
  readonly bundles: ByPurpose
  readonly rotation: Rotation | undefined
}

/** Makes the three authorities, or takes up those that are there; `restore` takes up only: members trust those that there were. */
export async function createAuthorities(charm: Charm, { restore }: { restore: boolean }): Promise<Published> {
  const stored = await readAuthorities(charm)
  if (stored) return published(stored)
  if (restore)
    throw new Blocked(
      `secret ${label} is gone, and members trust what was in it; restore the controller, or deploy anew`,
    )
  await removeWhatIsLeft(charm)
  const made = await make(charm, '')
  await store(charm, made)
  return published(made)
}

export async function rotateAuthorities(
  charm: Charm,
  to: RotationStep,
  trusted: ByPurpose | undefined,
): Promise<Published> {
  const stored = (await readAuthorities(charm)) ?? (await withoutKeys(charm, trusted))
  const content = await rotate(charm, stored, to)
  await store(charm, content)
  return published(content)
}

function published(content: Content): Published {
  const signing = pick(content, '', 'certificate')
  const [next, previous] = [pickIfThere(content, 'next-'), pickIfThere(content, 'previous-')]
  const other = next ?? previous
  if (!other) return { bundles: signing, rotation: undefined }
  const bundles = {
    peer: join(signing, other, 'peer'),
    server: join(signing, other, 'server'),
    admin: join(signing, other, 'admin'),
  }
  return { bundles, rotation: next ? 'introduce' : 'renew' }
}

/**
 * The secret is gone, or its latest revision is, and with it the keys. What is trusted goes on being trusted until new ones have followed;
 * what is left of the secret goes, and its label is free in the next hook.
 */
async function withoutKeys(charm: Charm, trusted: ByPurpose | undefined): Promise<Content> {
  await removeWhatIsLeft(charm)
  if (!trusted) throw new Waiting('waiting for certificate authorities')
  return name('', 'certificate', trusted)
}

async function removeWhatIsLeft({ juju }: Charm): Promise<void> {
  const damaged = await juju.secretInfo({ label })
  if (!damaged) return
  await juju.removeSecret(damaged.uri)
  throw new Waiting(
    'what is left of the secret with the authorities is removed; the next hook makes new ones',
  )
}

async function rotate(charm: Charm, stored: Content, to: RotationStep): Promise<Content> {
  const next = pickIfThere(stored, 'next-')
  switch (to) {
    case 'introduce':
      return next && isValid(next.peer, charm.now) ? stored : { ...stored, ...(await make(charm, 'next-')) }
    case 'renew':
      return next
        ? {
            ...name('', 'certificate', next),
            ...name('', 'key', pick(stored, 'next-', 'key')),
            ...name('previous-', 'certificate', pick(stored, '', 'certificate')),
          }
        : stored
    case 'finish':
      return {
        ...name('', 'certificate', pick(stored, '', 'certificate')),
        ...(hasKeys(stored, '') && name('', 'key', pick(stored, '', 'key'))),
      }
    default:
      return to satisfies never
  }
}

/** Of those to come the clock of their maker may have been wrong: then they sign nothing, and others come instead. */
function isValid(certificate: string, now: number): boolean {
  const valid = readValidity(certificate)
  return valid !== undefined && valid.notBefore <= now && now <= valid.notAfter
}

/** With the keys that sign now. */
export async function readSigners(
  charm: Charm,
): Promise<{ readonly certificates: ByPurpose; readonly keys: ByPurpose } | undefined> {
  const content = await readAuthorities(charm)
  if (!content || !hasKeys(content, '')) return undefined
  return { certificates: pick(content, '', 'certificate'), keys: pick(content, '', 'key') }
}

async function make({ context, now }: Charm, age: Age): Promise<Content> {
  const made = await Promise.all(
    purposes.map(async (purpose) => {
      const commonName = `${context.app} ${purpose} authority`
      const { certificate, privateKey } = await createAuthority({
        commonName,
        now: new Date(now),
        years: authorityYears,
      })
      return [
        [`${purpose}-${age}certificate`, certificate],
        [`${purpose}-${age}key`, privateKey],
      ]
    }),
  )
  return Object.fromEntries(made.flat())
}

async function store({ juju }: Charm, content: Content): Promise<void> {
  const description = "etcd's certificate authorities"
  await juju.putSecret({ label, owner: 'application', description, content })
}

function name(age: Age, part: 'certificate' | 'key', of: ByPurpose): Content {
  return Object.fromEntries(purposes.map((purpose) => [`${purpose}-${age}${part}`, of[purpose]]))
}

function pick(content: Content, age: Age, part: 'certificate' | 'key'): ByPurpose {
  const of = (key: string): string => {
    const pem = content[key]
    if (pem === undefined) throw new Blocked(`secret ${label} lacks ${key}; restore it, or deploy anew`)
    return pem
  }
  return {
    peer: of(`peer-${age}${part}`),
    server: of(`server-${age}${part}`),
    admin: of(`admin-${age}${part}`),
  }
}

function pickIfThere(content: Content, age: Age): ByPurpose | undefined {
  return content[`peer-${age}certificate`] === undefined ? undefined : pick(content, age, 'certificate')
}

function join(first: ByPurpose, second: ByPurpose, purpose: keyof ByPurpose): string {
  return `${first[purpose].trim()}\n${second[purpose].trim()}\n`
}
