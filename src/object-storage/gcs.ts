// Google's store, by requests of our own: a token for the service account, and uploads that are nothing until their last part is there.

import { sign as signWith } from 'node:crypto'
import * as z from 'zod/mini'
import { parseJsonText } from '../parse-json.ts'
import { send } from './answers.ts'
import { contentOf, headersOf, type Reader, textOfPage } from './bodies.ts'
import { readPages } from './pages.ts'
import { cutIntoParts } from './parts.ts'
import {
  BucketMissing,
  type Content,
  type Listing,
  ObjectMissing,
  type ObjectStore,
  StoreRefused,
  type StoredObject,
  unlessMissing,
} from './port.ts'
import { reach } from './reach.ts'
import type { GcsSettings } from './settings.ts'

const keyFile = z.object({
  client_email: z.string(),
  private_key: z.string(),
  token_uri: z._default(z.string(), 'https://oauth2.googleapis.com/token'),
  project_id: z._default(z.string(), ''),
})
type KeyFile = z.infer<typeof keyFile>

interface Request {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer> | string
  readonly expected?: readonly number[]
}

type Ask = <T>(call: string, request: Request, read: Reader<T>) => Promise<T>

export function openGcs(settings: GcsSettings, ends?: AbortSignal): ObjectStore {
  const key = parseJsonText(keyFile, settings.serviceAccount)
  if (!key)
    throw new StoreRefused('the key file of the service account can not be read', {
      call: 'open gcs',
      code: 'NoKeyFile',
    })
  const tokenOf = openTokens(key)
  const ask: Ask = (call, { url, expected, ...request }, read) =>
    reach(
      async (signal) => {
        const headers = { ...request.headers, authorization: `Bearer ${await tokenOf(signal)}` }
        return read(await send(url, { ...request, headers, signal }, call, expected), call)
      },
      { call, ends },
    )
  const bucket = `${settings.endpoint}/storage/v1/b/${encodeURIComponent(settings.bucket)}/o`
  const at = (name: string): string => `${bucket}/${encodeURIComponent(name)}`
  return {
    put: (name, content) => put({ ask, settings, key }, name, content),
    get: (name, size) => ask(`get ${name}`, { method: 'GET', url: `${at(name)}?alt=media` }, contentOf(size)),
    list: (prefix, { delimiter } = {}) => list(ask, bucket, prefix, delimiter),
    async head(name) {
      const request = { method: 'GET', url: at(name) }
      const found = await unlessMissing(ask(`head ${name}`, request, jsonOf(objectSchema)))
      return found && readObject(found)
    },
    async delete(name) {
      await unlessMissing(ask(`delete ${name}`, { method: 'DELETE', url: at(name) }, headersOf))
    },
  }
}

const tokenSchema = z.object({ access_token: z.string(), expires_in: z._default(z.number(), 3600) })

/** JSON's own errors quote the text, which may be a token. */
function jsonOf<Schema extends z.core.$ZodType>(schema: Schema): Reader<z.infer<Schema>> {
  return async (response, call) => {
    const found = parseJsonText(schema, await textOfPage(response, call))
    if (found === undefined)
      throw new StoreRefused('its answer is not what was asked for', { call, code: 'NoAnswer' })
    return found
  }
}

/** One for an hour, as Google gives them; asked for anew a minute before its end. */
function openTokens(key: KeyFile): (signal: AbortSignal) => Promise<string> {
  let known: { readonly token: string; readonly until: number } | undefined
  return async (signal) => {
    if (known && known.until > Date.now()) return known.token
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion(key) }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(grant).toString()
    const call = 'ask for a token'
    const answer = await send(key.token_uri, { method: 'POST', headers, body, signal }, call)
    const { access_token: token, expires_in } = await jsonOf(tokenSchema)(answer, call)
    known = { token, until: Date.now() + (expires_in - 60) * 1000 }
    return token
  }
}

function assertion({ client_email, private_key, token_uri }: KeyFile): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: client_email,
    scope: 'https://www.googleapis.com/auth/devstorage.full_control',
    aud: token_uri,
    iat: now,
    exp: now + 3600,
  }
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const text = parts.join('.')
  return `${text}.${signWith('sha256', Buffer.from(text), private_key).toString('base64url')}`
}

interface Opened {
  readonly ask: Ask
  readonly settings: GcsSettings
  readonly key: KeyFile
}

async function put(opened: Opened, name: string, content: Content): Promise<void> {
  const { ask } = opened
  const upload = await begin(opened, name)
  try {
    await sendParts(ask, name, upload, content)
  } catch (error) {
    // It ends by itself in a week; that this fails, too, is no news. Google answers 499.
    const cancel = { method: 'DELETE', url: upload, expected: [404, 499] }
    await ask(`abort ${name}`, cancel, headersOf).catch(() => undefined)
    throw error
  }
}

/** @returns where its parts go */
async function begin(opened: Opened, name: string): Promise<string> {
  const { ask, settings } = opened
  const { endpoint, bucket, storageClass } = settings
  const call = `put ${name}`
  const path = `upload/storage/v1/b/${encodeURIComponent(bucket)}/o`
  const url = `${endpoint}/${path}?uploadType=resumable&name=${encodeURIComponent(name)}`
  const body = JSON.stringify({ name, ...(storageClass !== '' && { storageClass }) })
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', url, headers, body }
  const headersBack = await inBucket(opened, () => ask(call, request, headersOf))
  const upload = headersBack.get('location')
  if (upload === null)
    throw new StoreRefused('it named no place for an upload', { call, code: 'no-location' })
  return new URL(upload, endpoint).href
}

/** Which part is the last one must be said with it. A part that was received before is passed over by the store. */
async function sendParts(ask: Ask, name: string, url: string, content: Content): Promise<void> {
  let sent = 0
  let held: Uint8Array<ArrayBuffer> | undefined
  const send = async (body: Uint8Array<ArrayBuffer>, last: boolean): Promise<void> => {
    const until = sent + body.length
    const range = body.length === 0 ? '*' : `${sent}-${until - 1}`
    const headers = { 'content-range': `bytes ${range}/${last ? until : '*'}` }
    const request = { method: 'PUT', url, headers, body, expected: last ? [] : [308] }
    await ask(`put ${name}`, request, headersOf)
    sent = until
  }
  for await (const part of cutIntoParts(content)) {
    if (held) await send(held, false)
    held = Buffer.from(part)
  }
  await send(held ?? new Uint8Array(), true)
}

async function inBucket<T>({ ask, settings, key }: Opened, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    if (!isBucketMissing(error)) throw error
    const url = `${settings.endpoint}/storage/v1/b?project=${encodeURIComponent(key.project_id)}`
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ name: settings.bucket })
    await ask('make bucket', { method: 'POST', url, headers, body }, headersOf)
    return request()
  }
}

/** Of what is asked about a bucket and no object, nothing else can be missing; not every server says so. */
function isBucketMissing(error: unknown): boolean {
  return error instanceof BucketMissing || error instanceof ObjectMissing
}

const objectSchema = z.object({
  name: z.string(),
  size: z.union([z.string(), z.number()]),
  updated: z._default(z.string(), ''),
  etag: z._default(z.string(), ''),
})
const listSchema = z.object({
  kind: z.literal('storage#objects'),
  items: z.optional(z.array(objectSchema)),
  prefixes: z.optional(z.array(z.string())),
  nextPageToken: z.optional(z.string()),
})

function readObject({ name, size, updated, etag }: z.infer<typeof objectSchema>): StoredObject {
  return { key: name, size: Number(size), modified: Date.parse(updated), etag }
}

async function list(ask: Ask, bucket: string, prefix: string, delimiter?: string): Promise<Listing> {
  const objects: StoredObject[] = []
  const prefixes: string[] = []
  const call = `list ${prefix}`
  await readPages(call, async (pageToken) => {
    const query = new URLSearchParams({
      prefix,
      ...(delimiter !== undefined && { delimiter }),
      ...(pageToken !== '' && { pageToken }),
    })
    const request = { method: 'GET', url: `${bucket}?${query}` }
    const page = await unlessMissing(ask(call, request, jsonOf(listSchema)))
    if (!page) throw new BucketMissing('there is no such bucket', { call, code: 'notFound' })
    for (const item of page.items ?? []) objects.push(readObject(item))
    for (const found of page.prefixes ?? []) prefixes.push(found)
    return page.nextPageToken ?? ''
  })
  return { objects, prefixes }
}
