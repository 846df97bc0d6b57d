// S3 and all that speaks it: Ceph, MinIO, clouds. The library signs and lists; parts are sent by us, each tried again by itself, and an
// upload that fails is taken back. No checksum headers and no bulk deletion: older servers know neither.

import { S3Client } from '@bradenmacdonald/s3-lite-client'
import { type Answer, explainAnswer } from './answers.ts'
import { contentOf, textOfPage } from './bodies.ts'
import { sendByParts } from './parts.ts'
import {
  BucketMissing,
  type Content,
  type ObjectStore,
  type StoreFailure,
  StoreRefused,
  type StoredObject,
} from './port.ts'
import { reach } from './reach.ts'
import { boundFetch, within } from './s3-fetch.ts'
import { list } from './s3-list.ts'
import type { S3Settings } from './settings.ts'
import { elements, textOf } from './xml.ts'

export function openS3(settings: S3Settings, ends?: AbortSignal): ObjectStore {
  const { endpoint, region, bucket, accessKey, secretKey, pathStyle } = settings
  const client = new S3Client({ endPoint: endpoint, region, bucket, accessKey, secretKey, pathStyle })
  boundFetch()
  const ask = <T>(call: string, request: () => Promise<T>): Promise<T> =>
    reach((signal) => within(signal, request), { call, explain, ends })
  return {
    put: (key, content) => put({ client, settings, ask }, key, content),
    get: (key, size) =>
      ask(`get ${key}`, async () => contentOf(size)(await client.getObject(key), `get ${key}`)),
    list: (prefix, { delimiter = '' } = {}) => list({ client, ask }, prefix, delimiter),
    head: (key) => ask(`head ${key}`, () => head(client, key)),
    async delete(key) {
      await ask(`delete ${key}`, () => remove(client, key))
      // Not every server tells of these, and who died on the way left some.
      await endUploads({ client, settings, ask }, key).catch(() => undefined)
    },
  }
}

interface Opened {
  readonly client: S3Client
  readonly settings: S3Settings
  readonly ask: <T>(call: string, request: () => Promise<T>) => Promise<T>
}

function put(opened: Opened, key: string, content: Content): Promise<void> {
  return sendByParts(content, {
    whole: (payload) => inBucket(opened, () => putWhole(opened, key, payload)),
    inParts: (first, rest) => inBucket(opened, () => putInParts(opened, key, first, rest)),
  })
}

async function putWhole({ client, settings, ask }: Opened, key: string, payload: Uint8Array<ArrayBuffer>) {
  const request = { method: 'PUT', objectName: key, payload }
  await ask(`put ${key}`, () => client.makeRequest({ ...request, headers: headersOf(settings) }))
}

async function putInParts(
  opened: Opened,
  key: string,
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const upload = await begin(opened, key)
  try {
    const tags = await sendParts(opened, key, upload, first, rest)
    await complete(opened, key, upload, tags)
  } catch (error) {
    // What was sent would be paid for until somebody looks; that this fails too is no news.
    await abort(opened, key, upload).catch(() => undefined)
    throw error
  }
}

async function begin({ client, settings, ask }: Opened, key: string): Promise<string> {
  const request = { method: 'POST', objectName: key, query: 'uploads', returnBody: true }
  const call = `put ${key}`
  const text = await ask(call, async () =>
    textOfPage(await client.makeRequest({ ...request, headers: headersOf(settings) }), call),
  )
  const upload = /<UploadId>([^<]+)<\/UploadId>/.exec(text)?.[1]
  if (upload === undefined) throw new StoreRefused('it named no upload', { call, code: 'NoUploadId' })
  return upload
}

async function sendParts(
  { client, ask }: Opened,
  key: string,
  upload: string,
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<readonly string[]> {
  const tags: string[] = []
  const send = async (payload: Uint8Array<ArrayBuffer>): Promise<void> => {
    const number = tags.length + 1
    const query = `partNumber=${number}&uploadId=${encodeURIComponent(upload)}`
    const request = { method: 'PUT', objectName: key, query, payload }
    const { headers } = await ask(`put ${key} part ${number}`, () => client.makeRequest(request))
    tags.push(headers.get('etag') ?? '')
  }
  await send(first)
  for await (const payload of rest) await send(payload)
  return tags
}

/** S3 may begin to answer before it knows how it ends: then 200 is followed by an error. */
async function complete({ client, ask }: Opened, key: string, upload: string, tags: readonly string[]) {
  const rows = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
  const payload = `<CompleteMultipartUpload>${rows.join('')}</CompleteMultipartUpload>`
  const query = `uploadId=${encodeURIComponent(upload)}`
  const request = { method: 'POST', objectName: key, query, payload, returnBody: true }
  const call = `put ${key}`
  await ask(call, async () => {
    const text = await textOfPage(await client.makeRequest(request), call)
    const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1]
    const message = /<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? 'the upload was not completed'
    if (code !== undefined) throw explainAnswer({ statusCode: 500, code, message }, call)
  })
}

async function abort({ client, ask }: Opened, key: string, upload: string): Promise<void> {
  const query = `uploadId=${encodeURIComponent(upload)}`
  const request = { method: 'DELETE', objectName: key, query, statusCode: 204 }
  await ask(`abort ${key}`, () => client.makeRequest(request))
}

/** Parts that were sent for this key and never became an object: they are stored, and listed nowhere else. */
async function endUploads(opened: Opened, key: string): Promise<void> {
  const { client, ask } = opened
  const request = { method: 'GET', objectName: '', query: { uploads: '', prefix: key }, returnBody: true }
  const call = `uploads of ${key}`
  const text = await ask(call, async () => textOfPage(await client.makeRequest(request), call))
  for (const upload of elements(text, 'Upload'))
    if (textOf(upload, 'Key') === key) await abort(opened, key, textOf(upload, 'UploadId'))
}

/** A bucket that is not there is made, once. */
async function inBucket(opened: Opened, request: () => Promise<void>): Promise<void> {
  try {
    await request()
  } catch (error) {
    if (!(error instanceof BucketMissing)) throw error
    await makeBucket(opened)
    await request()
  }
}

/** RadosGW and MinIO refuse a location that they don't know, Amazon wants one outside of its first region: so both ways are tried. */
async function makeBucket({ client, settings: { region, bucket }, ask }: Opened): Promise<void> {
  const make = (payload?: string): Promise<unknown> =>
    ask(`make bucket ${bucket}`, () =>
      client.makeRequest({ method: 'PUT', objectName: '', ...(payload !== undefined && { payload }) }),
    )
  const located = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
  try {
    await make(region === '' || region === 'us-east-1' ? undefined : located)
  } catch (error) {
    if (isCode(error, 'BucketAlreadyOwnedByYou')) return
    if (!isCode(error, 'InvalidLocationConstraint', 'IllegalLocationConstraintException', 'MalformedXML'))
      throw error
    await make()
  }
}

function headersOf({ storageClass }: S3Settings): Headers {
  return new Headers(storageClass === '' ? {} : { 'x-amz-storage-class': storageClass })
}

async function head(client: S3Client, key: string): Promise<StoredObject | undefined> {
  try {
    const { size, lastModified, etag } = await client.statObject(key)
    return { key, size, modified: lastModified.getTime(), etag }
  } catch (error) {
    // An answer to HEAD has no body: whether it is the bucket that is missing shows in the other verbs.
    if (isAnswer(error) && error.statusCode === 404) return undefined
    throw error
  }
}

async function remove(client: S3Client, key: string): Promise<void> {
  try {
    await client.deleteObject(key)
  } catch (error) {
    if (!isCode(error, 'NoSuchKey')) throw error
  }
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}

/** By the library's own class, whose types it does not tell. */
function isAnswer(error: unknown): error is Answer {
  if (!(error instanceof Error && 'statusCode' in error && 'code' in error)) return false
  return typeof error.statusCode === 'number' && typeof error.code === 'string'
}

function explain(error: unknown, call: string): StoreFailure | undefined {
  return isAnswer(error) ? explainAnswer(error, call) : undefined
}
