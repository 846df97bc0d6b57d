import assert from 'node:assert/strict'
import { cp, mkdir, open, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { connect } from 'node:tls'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isCutOff } from '../../../src/etcd/database-file.ts'
import { gravestWords, judgeLog, machineLack } from '../../../src/etcd/judge-log.ts'
import { issueCertificate } from '../../fixtures/issue-certificate.ts'
import { startEtcd } from './etcd-server.ts'
import { type DataFolder, makeFolder, runEtcdOn } from './plain-etcd.ts'

let whole: DataFolder
before(async () => {
  whole = await makeFolder()
  await runEtcdOn(whole.data, async ({ ctl }) => {
    for (let key = 0; key < 50; key += 1) await ctl('put', `key-${key}`, 'x'.repeat(1000))
  })
})
after(() => whole[Symbol.asyncDispose]())

async function overwrite(path: string, at: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, at)
}

async function logOf(data: string): Promise<string> {
  const [name = ''] = (await readdir(join(data, 'member/wal'))).filter((file) => file.endsWith('.wal'))
  return join(data, 'member/wal', name)
}

const noise = (length: number): Uint8Array => new Uint8Array(length).map((_, at) => (at * 37 + 11) % 251)
const database = (data: string): string => join(data, 'member/snap/db')

const damages: readonly (readonly [string, (data: string) => Promise<void>])[] = [
  ['the database was cut off', (data) => truncate(database(data), 5000)],
  ['the database begins with zeros', (data) => overwrite(database(data), 0, new Uint8Array(16384))],
  ['pages of the database are noise', (data) => overwrite(database(data), 8192, noise(12288))],
  ['a record of the log has other bytes', async (data) => overwrite(await logOf(data), 3000, noise(8))],
  ['a record of the log can’t be parsed', async (data) => overwrite(await logOf(data), 8, new Uint8Array(4))],
  ['the log begins with noise', async (data) => overwrite(await logOf(data), 0, noise(16))],
  ['the log is empty', async (data) => truncate(await logOf(data), 0)],
]

for (const [what, damage] of damages)
  test(`etcd that ends because ${what} blames its data`, async () => {
    await using folder = await makeFolder()
    await cp(whole.data, folder.data, { recursive: true })
    await damage(folder.data)
    const { served, log } = await runEtcdOn(folder.data)
    assert.equal(served, false)
    assert.equal(judgeLog(log)?.ending, 'damaged', log.slice(-2000))
  })

test('a database that was cut off is known by its length, since etcd only dies of a signal', async () => {
  assert.equal(await isCutOff(database(whole.data)), false)
  for (const length of [4100, 20_000, 60_000]) {
    await using folder = await makeFolder()
    await cp(whole.data, folder.data, { recursive: true })
    await truncate(database(folder.data), length)
    assert.equal((await runEtcdOn(folder.data)).served, false)
    assert.equal(await isCutOff(database(folder.data)), true, String(length))
  }
  await using folder = await makeFolder()
  await mkdir(folder.data)
  await writeFile(join(folder.data, 'db'), '')
  assert.equal(await isCutOff(join(folder.data, 'db')), false, 'one that is not begun')
})

const stack = (frame: string): string => `

goroutine 120 [running]:
panic({0x10b6de0?, 0x25900000000?})
\truntime/panic.go:860 +0x13a
${frame}
\tgo.etcd.io/somewhere.go:1114`

test('code of the database that goes astray blames its file, and other code does not', () => {
  const [database, other] = [
    stack('go.etcd.io/bbolt.(*DB).page(...)'),
    stack('go.etcd.io/etcd/server/lease.(*lessor).Grant(0x1)'),
  ]
  const index = 'panic: runtime error: index out of range [17736960333617078272] with length 281474976710655'
  const fault = (signal: string): string =>
    `unexpected fault address 0x7f4750003000\nfatal error: fault\n[signal ${signal} code=0x2]`
  assert.deepEqual(judgeLog(index + database)?.ending, 'damaged')
  assert.deepEqual(judgeLog(fault('SIGSEGV: segmentation violation') + database), {
    ending: 'damaged',
    words: 'database: fault',
  })
  assert.equal(judgeLog(fault('SIGBUS: bus error') + database), undefined, 'a disk may have failed')
  assert.equal(judgeLog(index + other), undefined)
  assert.equal(judgeLog(`panic: etcd is about to end${database}`), undefined)
  assert.equal(judgeLog(`fatal error: runtime: out of memory${database}`), undefined)
})

test('etcd that ends for another reason blames no data', async () => {
  await using folder = await makeFolder()
  await mkdir(folder.data)
  await writeFile(join(folder.data, 'member'), 'not a folder')
  assert.equal(judgeLog((await runEtcdOn(folder.data)).log), undefined)
  await rm(join(folder.data, 'member'))
  const server = createServer().listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address !== 'string')
  const taken = ['--listen-metrics-urls', `http://127.0.0.1:${address.port}`]
  const { log } = await runEtcdOn(folder.data, undefined, taken)
  assert.equal(judgeLog(log), undefined)
  assert.match(machineLack(log) ?? '', /^address already in use; /, log.slice(-2000))
  server.close()
  assert.equal(judgeLog((await runEtcdOn(folder.data, undefined, ['--no-such-flag'])).log), undefined)
})

test('etcd that was stopped blames nothing', async () => {
  await using folder = await makeFolder()
  await cp(whole.data, folder.data, { recursive: true })
  assert.equal(judgeLog((await runEtcdOn(folder.data)).log), undefined)
})

const words: readonly (readonly [string, ReturnType<typeof judgeLog>])[] = [
  [
    '{"msg":"server error","error":"the member has been permanently removed from the cluster"}',
    { ending: 'removed', words: 'the member has been permanently removed from the cluster' },
  ],
  [
    '{"level":"fatal","msg":"discovery failed","error":"error validating peerURLs {ClusterID:1}: member count is unequal"}',
    { ending: 'outdated', words: 'error validating peerURLs' },
  ],
  ['{"level":"fatal","msg":"listener failed","error":"server is stopping"}', undefined],
  [
    '{"level":"panic","logger":"raft","msg":"tocommit(891) is out of range [lastIndex(885)]. Was the raft log corrupted, truncated, or lost?"}',
    { ending: 'damaged', words: 'tocommit(891) is out of range [lastIndex(885)]' },
  ],
  ['write /data/member/wal/0.tmp: no space left on device', undefined],
  ['open /tls/server.key: permission denied', undefined],
]

test('what it says of removal is known, and what could be anything is not', () => {
  for (const [log, verdict] of words) assert.deepEqual(judgeLog(log), verdict)
})

const told: readonly (readonly [string, string])[] = [
  ['', ''],
  ['{"level":"info","msg":"starting an etcd server"}', ''],
  [
    '{"level":"warn","msg":"failed to verify flags","error":"bad"}\n{"level":"info","msg":"x"}',
    'failed to verify flags: bad',
  ],
  ['{"level":"error","msg":"one"}\n{"level":"warn","msg":"two"}\n{"level":"error","msg":"thr', 'one'],
  ['panic: all is lost\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:12 +0x26e', 'all is lost'],
  ['{"level":"warn","msg":"one"}\nno such file', 'no such file'],
]

test('of a log the gravest line is told, and no stack', () => {
  for (const [log, words] of told) assert.equal(gravestWords(log), words)
})

test('what its machine lacks is known by the last words of etcd, and of Go', () => {
  for (const words of [
    '{"level":"fatal","msg":"failed","error":"write /data/0.tmp: no space left on device"}',
    'panic: sync /data/member/wal/0.wal: input/output error\n\ngoroutine 1 [running]:',
    '{"level":"panic","msg":"failed","error":"open /data/member/snap/db: too many open files"}\npanic: failed',
  ])
    assert.match(machineLack(words) ?? '', /^(no space left|input\/output error|too many open files)/)
  for (const words of [
    '{"level":"fatal","msg":"failed","error":"tls: failed to find any PEM data"}',
    '{"level":"warn","msg":"rejected connection","error":"x: no space left on device"}',
    '{"level":"fatal","msg":"failed","error":"unknown key \\"no space left on device\\""}',
  ])
    assert.equal(machineLack(words), undefined)
})

const threats = [
  'the member has been permanently removed from the cluster',
  'walpb: crc mismatch',
  'panic: assertion failed: Page expected to be: 4, but self identifies as 5',
  'error validating peerURLs',
  'found data inconsistency with peers',
  'discovery failed: proto: Record: illegal tag 0 (wire type 0)',
  'database: fault',
]

/** As etcd 3.5 logs a client that it turns away: the name of the issuer that the client brought along stands in the error. */
function turnedAway(name: string): string {
  const error = `tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate ${JSON.stringify(name)})`
  const msg = 'rejected connection on client endpoint'
  return JSON.stringify({ level: 'warn', msg, 'remote-addr': '10.0.0.9:1', 'server-name': name, error })
}

test('nobody but etcd says why it ended: names in certificates and keys of requests are strangers’ words', () => {
  const ends = '{"level":"info","msg":"closed etcd server"}'
  for (const threat of threats) {
    assert.equal(judgeLog(`${turnedAway(threat)}\n${ends}`), undefined, threat)
    const slow = {
      level: 'warn',
      msg: 'apply request took too long',
      request: `put:<key:"${threat}">`,
      error: '',
    }
    assert.equal(judgeLog(JSON.stringify(slow)), undefined, threat)
    // journald cuts lines of 48 KiB: what comes behind the cut is a line of its own, and etcd goes on.
    assert.equal(judgeLog(`{"level":"warn","msg":"apply\n${threat}\n${ends}`), undefined, threat)
  }
})

test('what is told of a log is a line that anybody can print', () => {
  const words = gravestWords(turnedAway(`\u009b2J\u202e${'x'.repeat(9_000)}`))
  assert.match(words, /^[\x20-\x7e]{1,300}$/)
})

test('who is turned away gets any words into etcd’s log, and they prove nothing', async () => {
  const [threat = ''] = threats
  await using etcd = await startEtcd()
  const name = { commonNames: [threat], constraints: 'authority', usage: 'certificates' } as const
  const [issuer, other] = [await issueCertificate(name), await issueCertificate(name)]
  const { certificate, privateKey } = await issueCertificate({ commonNames: ['x'], issuer })
  const { hostname, port } = new URL(etcd.endpoint)
  const socket = connect({
    ...{ host: hostname, port: Number(port), rejectUnauthorized: false },
    ...{ cert: `${certificate}${other.certificate}`, key: privateKey },
  })
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.on('close', () => resolve()))
  while (!etcd.log().includes('rejected connection')) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(etcd.log().includes(threat), 'an issuer that it brought along')
  assert.equal(judgeLog(etcd.log()), undefined)
})
