// A .charm archive, as Juju takes it: a zip with its modes, unpacked once per content, and what its YAML files declare.

import { createHash, randomUUID } from 'node:crypto'
import { access, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { unzip } from '../../../scripts/archive.ts'
import type { Charm, Endpoint } from './state.ts'

const scope = z._default(z.enum(['global', 'container']), 'global')
const endpoints = z.optional(z.record(z.string(), z.object({ interface: z.string(), scope })))
const metadata = z.object({
  name: z.string(),
  subordinate: z._default(z.boolean(), false),
  peers: endpoints,
  provides: endpoints,
  requires: endpoints,
  storage: z.optional(z.record(z.string(), z.object({ location: z.optional(z.string()) }))),
  resources: z.optional(z.record(z.string(), z.object({ filename: z.string() }))),
})
const options = z.object({
  options: z.record(
    z.string(),
    z.object({
      type: z._default(z.enum(['string', 'int', 'float', 'boolean', 'secret']), 'string'),
      default: z.nullish(z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
})
const declaredActions = z.record(z.string(), z.nullish(z.object({ parallel: z.optional(z.boolean()) })))

/** Reads an archive, and unpacks it below `folder` unless the same bytes are there. */
export async function readCharm(archive: string, folder: string): Promise<Charm> {
  const digest = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex')
  const unpacked = join(folder, digest.slice(0, 16))
  const there = await access(unpacked).then(
    () => true,
    () => false,
  )
  if (!there) await unpackOnce(archive, unpacked)
  const read = async (name: string): Promise<unknown> =>
    parse(await readFile(join(unpacked, name), 'utf8').catch(() => '{}'))
  await access(join(unpacked, 'manifest.yaml'))
  const declared = metadata.parse(await read('metadata.yaml'))
  const config = options.parse({
    options: {},
    ...z.record(z.string(), z.unknown()).parse(await read('config.yaml')),
  })
  const withDefault = Object.entries(config.options).flatMap(([name, row]) =>
    row.default == null ? [] : [[name, row.default] as const],
  )
  const actions = declaredActions.parse(await read('actions.yaml'))
  return {
    unpacked,
    name: declared.name,
    subordinate: declared.subordinate,
    endpoints: (['peers', 'provides', 'requires'] as const).flatMap((role) =>
      Object.entries(declared[role] ?? {}).map(
        ([name, row]): Endpoint => ({ name, role, interface: row.interface, scope: row.scope }),
      ),
    ),
    storage: Object.entries(declared.storage ?? {}).map(([name, row]) => ({
      name,
      location: row.location ?? `/srv/${name}`,
    })),
    resources: new Map(Object.entries(declared.resources ?? {}).map(([name, row]) => [name, row.filename])),
    options: new Map(Object.entries(config.options).map(([name, { type }]) => [name, type])),
    defaults: Object.fromEntries(withDefault),
    actions: Object.keys(actions),
    parallelActions: new Set(Object.keys(actions).filter((name) => actions[name]?.parallel)),
  }
}

/** Another test may have been faster with the same bytes. */
async function unpackOnce(archive: string, into: string): Promise<void> {
  // Others may have the same number in namespaces of their own.
  const half = `${into}.${randomUUID()}`
  await unzip(archive, half)
  await rename(half, into).catch(() => rm(half, { recursive: true }))
}
