// What Charmhub and Juju show of the charm, and the words they ask for.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import * as z from 'zod/mini'

const endpoint = z.object({
  interface: z.string(),
  optional: z.boolean(),
  limit: z.optional(z.number()),
})
const endpoints = z.optional(z.record(z.string(), endpoint))
const named = z.optional(z.record(z.string(), z.unknown()))
const metadata = z.parse(
  z.object({
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    description: z.string(),
    maintainers: z.array(z.string()),
    website: z.url(),
    source: z.url(),
    issues: z.url(),
    assumes: z.array(z.string()),
    peers: endpoints,
    provides: endpoints,
    requires: endpoints,
    storage: named,
    resources: named,
  }),
  parse(readFileSync('metadata.yaml', 'utf8')),
)
const options = z.object({ options: z.record(z.string(), z.unknown()) })
const config = options.parse(parse(readFileSync('config.yaml', 'utf8'))).options
const actions = z.record(z.string(), z.unknown()).parse(parse(readFileSync('actions.yaml', 'utf8')))

test('title, summary and links are there, and the summary fits in a line of the store', () => {
  assert.ok(metadata.title.length <= 40, metadata.title)
  assert.ok(metadata.summary.length <= 78 && !metadata.summary.endsWith('.'), metadata.summary)
  assert.ok(metadata.description.trim().length > 0)
  assert.ok(metadata.maintainers.length > 0)
})

test('the charm assumes Juju 3.6', () => {
  assert.ok(metadata.assumes.includes('juju >= 3.6'))
})

test('names of the charm, its endpoints, options, actions, storage and resources are words with hyphens', () => {
  const { name, peers, provides, requires, storage, resources } = metadata
  const names = [peers, provides, requires, storage, resources, config, actions].flatMap((rows) =>
    Object.keys(rows ?? {}),
  )
  for (const word of [name, ...names]) assert.match(word, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
})

test('an endpoint that takes one provider says so', () => {
  const takesMany = new Set(['client-cas'])
  for (const [name, row] of Object.entries(metadata.requires ?? {}))
    assert.equal(row.limit, takesMany.has(name) ? undefined : 1, name)
})

test('the icon is a square SVG without scripts or links', () => {
  const icon = readFileSync('icon.svg', 'utf8')
  assert.match(icon, /^<svg [^>]*width="100" height="100" viewBox="0 0 100 100"/)
  assert.doesNotMatch(icon, /<script|<image|href=/)
})
