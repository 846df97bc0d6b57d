import assert from 'node:assert/strict'
import { test } from 'node:test'
import { damageIn, lastWordsOf, type ProgramEnd } from '../../../src/etcd/judge-trial.ts'

const restoring =
  '2026-11-28T14:59:18Z\tinfo\tsnapshot/v3_snapshot.go:265\trestoring snapshot\t{"path": "s.db"}'
const stack = '\ngoroutine 1 [running]:\nmain.main()\n\tgo.etcd.io/etcd/etcdutl/main.go:23 +0x13'
const failed = (said: string, code = 1): ProgramEnd => ({ how: `exited with ${code}`, byItself: true, said })
const panicked = (message: string, error: string): string =>
  `${JSON.stringify({ level: 'panic', msg: message, error })}\npanic: ${message}\n${stack}`

/** As etcdutl and etcd 3.5.30 said them. */
const damaged: readonly (readonly [string, ProgramEnd, RegExp])[] = [
  [
    'a hash that is another one',
    failed(`${restoring}\nError: expected sha256 [15 101], got [95 200]`),
    /^expected sha256 \[15 101\], got/,
  ],
  [
    'a hash that is missing',
    failed(`${restoring}\nError: snapshot missing hash but --skip-hash-check=false`),
    /^snapshot missing hash/,
  ],
  [
    'a page that is none',
    failed(
      `${restoring}\npanic: assertion failed: Page expected to be: 4, but self identifies as 13\n${stack}`,
      2,
    ),
    /^assertion failed: Page expected to be/,
  ],
  [
    'a database that etcd itself calls invalid',
    failed(panicked('failed to open database', 'invalid database'), 2),
    /^failed to open database: invalid database/,
  ],
]

for (const [name, end, words] of damaged)
  test(`the snapshot is to blame: ${name}`, () => assert.match(damageIn(end) ?? '', words))

const short: readonly (readonly [string, ProgramEnd, RegExp])[] = [
  ['no room', failed(`${restoring}\nError: no space left on device`), /^no space left on device$/],
  [
    'no memory, as Go says it',
    failed(
      'runtime: out of memory: cannot allocate 4194304-byte block\nfatal error: out of memory\n\nruntime stack:',
      2,
    ),
    /^out of memory$/,
  ],
  [
    'no memory for the database, of which etcdutl says no more than this',
    failed(`${restoring}\npanic: failed to open database\n${stack}`, 2),
    /^failed to open database$/,
  ],
  [
    'no memory for the database, as etcd says it',
    failed(panicked('failed to open database', 'cannot allocate memory'), 2),
    /cannot allocate memory$/,
  ],
  ['a signal', { how: 'was ended by SIGKILL', byItself: false, said: '' }, /^$/],
  [
    'a signal, after a warning of something else',
    {
      how: 'was ended by SIGKILL',
      byItself: false,
      said: JSON.stringify({ level: 'warn', msg: 'Running http and grpc server on single port' }),
    },
    /^$/,
  ],
  [
    'a signal, whatever was said before',
    { how: 'was ended by SIGKILL', byItself: false, said: 'Error: expected sha256 [15], got [95]' },
    /^expected/,
  ],
  ['a time limit', { how: 'was still running after 3600000 ms', byItself: false, said: restoring }, /^$/],
  ['a port that is taken', failed(JSON.stringify({ level: 'fatal', msg: 'listen: in use' })), /in use$/],
]

for (const [name, end, words] of short)
  test(`no verdict on the snapshot, and told: ${name}`, () => {
    assert.equal(damageIn(end), undefined)
    assert.match(lastWordsOf(end), words)
  })
