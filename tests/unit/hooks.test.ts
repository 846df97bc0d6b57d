// The map, metadata.yaml and actions.yaml agree, name for name.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod/mini'
import { actions } from '../../src/actions.ts'
import { hooks } from '../../src/hooks.ts'
import { lifecycleHooks, relationEvents, secretHooks, storageEvents } from '../../src/juju/index.ts'

const names = z.optional(z.record(z.string(), z.unknown()))
const metadata = z
  .object({ peers: names, provides: names, requires: names, storage: names })
  .parse(parse(readFileSync('metadata.yaml', 'utf8')))
const keys = (of: Readonly<Record<string, unknown>> | undefined): readonly string[] => Object.keys(of ?? {})

test('there is a row for every hook that Juju can run by metadata.yaml, and no other', () => {
  const endpoints = [metadata.peers, metadata.provides, metadata.requires].flatMap(keys)
  const wanted = [
    ...lifecycleHooks,
    ...secretHooks,
    ...endpoints.flatMap((endpoint) => relationEvents.map((event) => `${endpoint}-relation-${event}`)),
    ...keys(metadata.storage).flatMap((storage) =>
      storageEvents.map((event) => `${storage}-storage-${event}`),
    ),
  ]
  assert.deepEqual(Object.keys(hooks).sort(), wanted.sort())
})

test('there is a row for every action of actions.yaml, and no other', () => {
  const declared: unknown = parse(readFileSync('actions.yaml', 'utf8'))
  assert.deepEqual(Object.keys(actions).sort(), Object.keys(Object(declared)).sort())
})
