// What S3 lists, page by page: each page is a request of its own, with a deadline and other tries of its own, as a bucket that is shared may
// have hundreds of them.

import type { S3Client } from '@bradenmacdonald/s3-lite-client'
import { textOfPage } from './bodies.ts'
import { readPages } from './pages.ts'
import { type Listing, StoreRefused, type StoredObject } from './port.ts'
import { elements, textOf } from './xml.ts'

export interface ListingClient {
  readonly client: Pick<S3Client, 'makeRequest'>
  readonly ask: <T>(call: string, request: () => Promise<T>) => Promise<T>
}

export async function list(
  { client, ask }: ListingClient,
  prefix: string,
  delimiter: string,
): Promise<Listing> {
  const objects: StoredObject[] = []
  const prefixes: string[] = []
  const call = `list ${prefix}`
  const shape = { 'list-type': '2', prefix, delimiter, 'max-keys': '1000' }
  await readPages(call, async (token) => {
    const query = { ...shape, ...(token !== '' && { 'continuation-token': token }) }
    const request = { method: 'GET', objectName: '', query, returnBody: true }
    const text = await ask(call, async () => textOfPage(await client.makeRequest(request), call))
    if (!/<ListBucketResult[ >]/.test(text) || !text.includes('</ListBucketResult>'))
      throw new StoreRefused('its answer is no list, or not all of it', { call, code: 'NoList' })
    for (const row of elements(text, 'Contents')) objects.push(readObject(row))
    for (const row of elements(text, 'CommonPrefixes')) prefixes.push(textOf(row, 'Prefix'))
    return nextToken(text, call)
  })
  return { objects, prefixes }
}

/** Empty after the last page. Half a list is none: what is not in it would be taken for gone. */
function nextToken(text: string, call: string): string {
  if (textOf(text, 'IsTruncated') !== 'true') return ''
  const token = textOf(text, 'NextContinuationToken')
  if (token === '') throw new StoreRefused('it cut its list and told no next page', { call, code: 'NoToken' })
  return token
}

function readObject(row: string): StoredObject {
  return {
    key: textOf(row, 'Key'),
    size: Number(textOf(row, 'Size')),
    modified: Date.parse(textOf(row, 'LastModified')),
    etag: textOf(row, 'ETag').replaceAll('"', ''),
  }
}
