// Azure's blob service, by requests of our own: each is signed with the account's key. Blocks are nothing until the list of them is put, so an
// upload that fails leaves nothing that anybody sees, and the service forgets the blocks within a week.

import { createHmac } from 'node:crypto'
import { send } from './answers.ts'
import { contentOf, headersOf, type Reader, textOfPage } from './bodies.ts'
import { readPages } from './pages.ts'
import { sendByParts } from './parts.ts'
import {
  BucketMissing,
  type Content,
  type Listing,
  type ObjectStore,
  type StoredObject,
  StoreRefused,
  unlessMissing,
} from './port.ts'
import { reach } from './reach.ts'
import type { AzureSettings } from './settings.ts'
import { elements, textOf } from './xml.ts'

/** Older than any server that is still in use, and it has all that is asked here. */
const version = '2021-12-02'

interface Request {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE'
  /** Of the blob; empty for the container itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
}

type Ask = <T>(call: string, request: Request, read: Reader<T>) => Promise<T>

export function openAzure(settings: AzureSettings, ends?: AbortSignal): ObjectStore {
  const ask: Ask = (call, request, read) =>
    reach(async (signal) => read(await send(...sign(settings, request, signal), call), call), { call, ends })
  return {
    put: (key, content) => put(ask, key, content),
    get: (key, size) => ask(`get ${key}`, { method: 'GET', key }, contentOf(size)),
    list: (prefix, { delimiter } = {}) => list(ask, prefix, delimiter),
    head: (key) => unlessMissing(head(ask, key)),
    async delete(key) {
      await unlessMissing(ask(`delete ${key}`, { method: 'DELETE', key }, headersOf))
    },
  }
}

function put(ask: Ask, key: string, content: Content): Promise<void> {
  return sendByParts(content, {
    whole: (body) => inContainer(ask, () => putWhole(ask, key, body)),
    inParts: (first, rest) => inContainer(ask, () => putInBlocks(ask, key, first, rest)),
  })
}

async function putWhole(ask: Ask, key: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { 'x-ms-blob-type': 'BlockBlob' }
  await ask(`put ${key}`, { method: 'PUT', key, body, headers }, headersOf)
}

async function putInBlocks(
  ask: Ask,
  key: string,
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  let sent = 0
  const send = async (body: Uint8Array<ArrayBuffer>): Promise<void> => {
    const query = { comp: 'block', blockid: blockId(sent) }
    sent += 1
    await ask(`put ${key} part ${sent}`, { method: 'PUT', key, query, body }, headersOf)
  }
  await send(first)
  for await (const body of rest) await send(body)
  const ids = Array.from({ length: sent }, (_, number) => `<Latest>${blockId(number)}</Latest>`)
  const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.join('')}</BlockList>`)
  await ask(`put ${key}`, { method: 'PUT', key, query: { comp: 'blocklist' }, body }, headersOf)
}

/** All of one length, as the service wants them. */
function blockId(number: number): string {
  return Buffer.from(String(number).padStart(8, '0')).toString('base64')
}

async function inContainer(ask: Ask, request: () => Promise<void>): Promise<void> {
  try {
    await request()
  } catch (error) {
    if (!(error instanceof BucketMissing)) throw error
    await ask('make container', { method: 'PUT', key: '', query: { restype: 'container' } }, headersOf)
    await request()
  }
}

async function list(ask: Ask, prefix: string, delimiter?: string): Promise<Listing> {
  const objects: StoredObject[] = []
  const prefixes: string[] = []
  const call = `list ${prefix}`
  await readPages(call, async (marker) => {
    const query = {
      restype: 'container',
      comp: 'list',
      prefix,
      ...(delimiter !== undefined && { delimiter }),
      ...(marker !== '' && { marker }),
    }
    const text = await ask(call, { method: 'GET', key: '', query }, textOfPage)
    // Half a list is none: what is not in it would be taken for gone.
    if (!/<EnumerationResults[ >]/.test(text) || !text.includes('</EnumerationResults>'))
      throw new StoreRefused('its answer is no list, or not all of it', { call, code: 'NoList' })
    for (const blob of elements(text, 'Blob')) objects.push(readBlob(blob))
    for (const found of elements(text, 'BlobPrefix')) prefixes.push(textOf(found, 'Name'))
    return textOf(text, 'NextMarker')
  })
  return { objects, prefixes }
}

function readBlob(blob: string): StoredObject {
  return {
    key: textOf(blob, 'Name'),
    size: Number(textOf(blob, 'Content-Length')),
    modified: Date.parse(textOf(blob, 'Last-Modified')),
    etag: textOf(blob, 'Etag').replaceAll('"', ''),
  }
}

async function head(ask: Ask, key: string): Promise<StoredObject> {
  const headers = await ask(`head ${key}`, { method: 'HEAD', key }, headersOf)
  return {
    key,
    size: Number(headers.get('content-length')),
    modified: Date.parse(headers.get('last-modified') ?? ''),
    etag: (headers.get('etag') ?? '').replaceAll('"', ''),
  }
}

type Signed = readonly [url: string, sending: Parameters<typeof send>[1]]

/** By the rules for shared keys: the verb, a dozen headers, all of Azure's own, and the path with the query. */
function sign(settings: AzureSettings, request: Request, signal: AbortSignal): Signed {
  const { endpoint, account, container, secretKey } = settings
  const { method, key, query = {}, headers = {}, body } = request
  const path = [container, ...key.split('/')].filter((part) => part !== '').map(encodeURIComponent)
  const url = new URL(`${endpoint}/${path.join('/')}`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const own = { ...headers, 'x-ms-date': new Date().toUTCString(), 'x-ms-version': version }
  const length = body && body.length > 0 ? String(body.length) : ''
  const named = Object.entries(own).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const asked = Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lines = [
    method,
    ...['', '', length, '', '', '', '', '', '', '', ''],
    ...named.map(([name, value]) => `${name}:${value}`),
    [`/${account}${url.pathname}`, ...asked.map(([name, value]) => `${name}:${value}`)].join('\n'),
  ]
  const secret = Buffer.from(secretKey, 'base64')
  const signature = createHmac('sha256', secret).update(lines.join('\n')).digest('base64')
  const signed = { ...own, authorization: `SharedKey ${account}:${signature}` }
  return [url.href, { method, headers: signed, signal, ...(body && { body }) }]
}
