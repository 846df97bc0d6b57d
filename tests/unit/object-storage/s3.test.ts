// What S3's adapter asks, and what it makes of answers that a well-behaved server never gives: from a server that says what it is told to.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { mock, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BucketMissing,
  type Content,
  StoreDenied,
  StoreRefused,
  StoreUnavailable,
} from '../../../src/object-storage/port.ts'
import { openS3 } from '../../../src/object-storage/s3.ts'

interface Asked {
  readonly what: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

type Answer = readonly [status: number, body?: string]

async function startServer(answer: (what: string, nth: number) => Answer | Promise<Answer>) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const what = `${request.method} ${request.url}`
    const nth = asked.filter((one) => one.what === what).length
    asked.push({ what, headers: request.headers, body })
    const [status, said = ''] = await answer(what, nth)
    response.writeHead(status, { etag: '"tag"' })
    response.end(request.method === 'HEAD' ? '' : said)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    asked,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function open(
  endpoint: string,
  more: { readonly region?: string; readonly storageClass?: string } = {},
  ends?: AbortSignal,
) {
  const keys = { accessKey: 'AK', secretKey: 'hush-hush' }
  const settings = {
    kind: 's3',
    endpoint,
    region: '',
    bucket: 'backups',
    pathStyle: true,
    storageClass: '',
  } as const
  return openS3({ ...settings, ...keys, ...more }, ends)
}

async function* bytes(count: number): Content {
  yield Buffer.alloc(count)
}

const error = (code: string, message = 'no'): string =>
  `<Error><Code>${code}</Code><Message>${message}</Message></Error>`

test('a bucket that is not there is made with its region, and without where the server knows none', async () => {
  let made = false
  const rows = [
    ['us-east-1', []],
    ['', []],
    ['eu-north-1', ['<LocationConstraint>eu-north-1</LocationConstraint>', '']],
  ] as const
  for (const [region, tries] of rows) {
    made = false
    await using server = await startServer((what, nth) => {
      if (what.startsWith('PUT /backups/x')) return made ? [200] : [404, error('NoSuchBucket')]
      if (region !== 'us-east-1' && region !== '' && nth === 0)
        return [400, error('InvalidLocationConstraint')]
      made = true
      return [200]
    })
    await open(server.url, { region }).put('x', bytes(1))
    const bodies = server.asked.filter(({ what }) => what === 'PUT /backups/').map(({ body }) => body)
    assert.equal(bodies.length, Math.max(1, tries.length), region)
    for (const [at, wanted] of tries.entries()) assert.ok(bodies[at]?.includes(wanted), bodies[at])
  }
})

test('one that can not be made is told as missing or denied, in the words of the server', async () => {
  await using server = await startServer((what) =>
    what.startsWith('PUT /backups/x')
      ? [404, error('NoSuchBucket')]
      : [403, error('AccessDenied', 'you may not')],
  )
  await assert.rejects(open(server.url).put('x', bytes(1)), (failure: unknown) => {
    assert.ok(failure instanceof StoreDenied)
    assert.equal(failure.what, 'you may not')
    return true
  })
  await assert.rejects(open(server.url).put('x', bytes(1)), StoreDenied)
})

test('what passes is tried again, what a human must mend is not', async () => {
  await using busy = await startServer((_, nth) => (nth < 2 ? [503, error('SlowDown')] : [200]))
  await open(busy.url).put('x', bytes(1))
  assert.equal(busy.asked.length, 3)
  await using denying = await startServer(() => [403, error('SignatureDoesNotMatch')])
  await assert.rejects(open(denying.url).put('x', bytes(1)), StoreDenied)
  assert.equal(denying.asked.length, 1)
  await using down = await startServer(() => [500, 'a page of a proxy'])
  await assert.rejects(open(down.url).head('x'), StoreUnavailable)
  assert.equal(down.asked.length, 4)
})

test('the storage class goes with the object, small or large, and no header that older servers refuse', async () => {
  await using server = await startServer((what) =>
    what.endsWith('?uploads')
      ? [200, '<A><UploadId>7</UploadId></A>']
      : [200, '<CompleteMultipartUploadResult/>'],
  )
  const store = open(server.url, { storageClass: 'STANDARD_IA' })
  await store.put('small', bytes(1))
  await store.put('large', bytes(20 * 1024 * 1024))
  const withClass = server.asked.filter(({ headers }) => headers['x-amz-storage-class'] === 'STANDARD_IA')
  assert.deepEqual(
    withClass.map(({ what }) => what),
    ['PUT /backups/small', 'POST /backups/large?uploads'],
  )
  for (const { headers } of server.asked)
    assert.deepEqual(
      Object.keys(headers).filter((name) => /checksum|trailer/.test(name)),
      [],
    )
  const [last] = server.asked.slice(-1)
  assert.match(last?.body ?? '', /<PartNumber>1<.*<PartNumber>2<.*<PartNumber>3</)
})

test('an upload whose completion fails behind an answer of 200 is no upload, and is taken back', async () => {
  await using server = await startServer((what) => {
    if (what.endsWith('?uploads')) return [200, '<A><UploadId>7</UploadId></A>']
    if (what.startsWith('DELETE')) return [204]
    return what.startsWith('POST') ? [200, error('InternalError', 'we broke')] : [200]
  })
  await assert.rejects(open(server.url).put('large', bytes(9 * 1024 * 1024)), /we broke/)
  assert.equal(server.asked.at(-1)?.what, 'DELETE /backups/large?uploadId=7')
})

test('a process that is to end waits for no part: what was sent of the upload is taken back at once', async () => {
  const ends = new AbortController()
  await using server = await startServer((what) => {
    if (what.endsWith('?uploads')) return [200, '<A><UploadId>7</UploadId></A>']
    if (what.startsWith('DELETE')) return [204]
    if (!what.includes('partNumber=2')) return [200]
    ends.abort(new Error('it was ended from outside'))
    return new Promise(() => {})
  })
  const putting = open(server.url, {}, ends.signal).put('large', bytes(11 * 1024 * 1024))
  await assert.rejects(putting, /^Error: it was ended from outside$/)
  assert.deepEqual(
    server.asked.map(({ what }) => what.replace(/ .*\?/, ' ')),
    ['POST uploads', 'PUT partNumber=1&uploadId=7', 'PUT partNumber=2&uploadId=7', 'DELETE uploadId=7'],
  )
})

test('no failure tells a credential', async () => {
  await using server = await startServer(() => [403, error('InvalidAccessKeyId')])
  await assert.rejects(open(server.url).list(''), (failure: unknown) => {
    assert.doesNotMatch(`${failure} ${JSON.stringify(failure)}`, /hush-hush/)
    return !(failure instanceof BucketMissing)
  })
})

const page = (keys: readonly string[], next?: string): string => {
  const rows = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-11-26T21:30:05.000Z</LastModified><ETag>&quot;tag&quot;</ETag><Size>3</Size></Contents>`,
  )
  const more = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`
  return `<ListBucketResult xmlns="x">${rows.join('')}<IsTruncated>${next !== undefined}</IsTruncated>${more}</ListBucketResult>`
}

test('each page of a list has a deadline of its own, and other tries', async () => {
  const deadline = AbortSignal.timeout.bind(AbortSignal)
  const shorter = mock.method(AbortSignal, 'timeout', () => deadline(1000))
  await using server = await startServer(async (what, nth) => {
    await sleep(400)
    const at = Number(/continuation-token=(\d)/.exec(what)?.[1] ?? 0)
    if (at === 2 && nth === 0) return [503, error('SlowDown')]
    return [200, page([`a/${at}&amp;b`], at < 4 ? String(at + 1) : undefined)]
  })
  try {
    const { objects } = await open(server.url).list('a/')
    assert.deepEqual(
      objects.map(({ key }) => key),
      [0, 1, 2, 3, 4].map((at) => `a/${at}&b`),
    )
    assert.deepEqual(objects[0], {
      key: 'a/0&b',
      size: 3,
      modified: Date.UTC(2026, 10, 26, 21, 30, 5),
      etag: 'tag',
    })
    assert.equal(server.asked.length, 6, 'the page that failed was asked for again, and no other')
  } finally {
    shorter.mock.restore()
  }
})

test('a list that is cut without a next page, or that is no list, is refused', async () => {
  for (const answer of ['<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>', '<html>']) {
    await using server = await startServer(() => [200, answer])
    await assert.rejects(open(server.url).list('a/'), StoreRefused)
  }
})
