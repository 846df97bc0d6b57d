// A store of each kind whose server says what a test has it say, in pieces and never coming to an end if need be.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { mock } from 'node:test'
import { openStore } from '../../../src/object-storage/open.ts'
import type { ObjectStore } from '../../../src/object-storage/port.ts'

export const kinds = ['s3', 'azure', 'gcs'] as const
export type Kind = (typeof kinds)[number]
export type Say = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

export async function startServer(say: Say) {
  const server = createServer((request, response) => {
    response.on('error', () => {})
    request.resume()
    if (request.url !== '/token') return void say(request, response)
    response.end(JSON.stringify({ access_token: 'token' }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

export function open(kind: Kind, url: string, tokenUri = `${url}/token`): Promise<ObjectStore> {
  const place = { endpoint: url, path: '', authorities: [] }
  if (kind === 'azure')
    return openStore({ ...place, kind, account: 'acc', container: 'backups', secretKey: 'a2V5' })
  const bucket = { ...place, bucket: 'backups', storageClass: '' }
  if (kind === 's3')
    return openStore({ ...bucket, kind, region: '', pathStyle: true, accessKey: 'AK', secretKey: 'SK' })
  const keyFile = { client_email: 'a@b', private_key: privateKey, token_uri: tokenUri }
  return openStore({ ...bucket, kind, serviceAccount: JSON.stringify(keyFile) })
}

/** Deadlines of requests are so long, whatever was asked for. */
export function shortDeadlines(ms: number): Disposable {
  const deadline = AbortSignal.timeout.bind(AbortSignal)
  const shorter = mock.method(AbortSignal, 'timeout', () => deadline(ms))
  return { [Symbol.dispose]: () => shorter.mock.restore() }
}

/** One object in it, and where the next page begins. */
export function page(kind: Kind, next = ''): string {
  if (kind === 'gcs')
    return JSON.stringify({
      kind: 'storage#objects',
      items: [{ name: 'a', size: '1' }],
      nextPageToken: next,
    })
  if (kind === 'azure')
    return `<?xml version="1.0"?><EnumerationResults A="b"><Blobs><Blob><Name>a</Name><Content-Length>1</Content-Length></Blob></Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`
  return `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated><NextContinuationToken>${next}</NextContinuationToken><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>`
}
