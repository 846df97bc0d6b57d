import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseSegment, readRaftPosition } from '../../../src/etcd/write-ahead-log.ts'
import { makeFolder, runEtcdOn } from './plain-etcd.ts'

async function write(data: string, keys: number, more: readonly string[] = []): Promise<Reading> {
  let reading: Reading = { member: '', index: 0n, term: 0n }
  await runEtcdOn(
    data,
    async ({ ctl }) => {
      for (let key = 0; key < keys; key += 1) await ctl('put', `key-${key}`, 'x'.repeat(100))
      const [row] = JSON.parse(await ctl('-w', 'json', 'endpoint', 'status'))
      const { header, raftIndex, raftTerm } = row.Status
      // JSON numbers lose a member id's last digits, and etcdctl prints a hexadecimal one otherwise.
      const [id = ''] = (await ctl('member', 'list')).split(',')
      assert.equal(Number(BigInt(`0x${id}`)), header.member_id)
      reading = { member: String(BigInt(`0x${id}`)), index: BigInt(raftIndex), term: BigInt(raftTerm) }
    },
    more,
  )
  return reading
}

interface Reading {
  readonly member: string
  readonly index: bigint
  readonly term: bigint
}

test('the log on disk tells the member and the index that the running etcd told', async () => {
  await using folder = await makeFolder()
  for (const keys of [3, 12]) {
    const told = await write(folder.data, keys)
    const found = await readRaftPosition(join(folder.data, 'member/wal'))
    assert.equal(found?.member, told.member)
    assert.equal(found?.term, told.term)
    assert.equal(found?.index, told.index)
  }
})

test('a log that was cut off anywhere tells less, or nothing, and never more', async () => {
  await using folder = await makeFolder()
  const told = await write(folder.data, 5)
  const wal = join(folder.data, 'member/wal')
  const [segment = ''] = (await readdir(wal)).filter((name) => name.endsWith('.wal'))
  const bytes = (await readFile(join(wal, segment))).subarray(0, 8192)
  fc.assert(
    fc.property(fc.nat(bytes.length), (length) => {
      const found = parseSegment(bytes.subarray(0, length))
      assert.ok(found === undefined || (found.member === told.member && found.index <= told.index))
    }),
  )
})

test('noise is no log, and reading it ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      parseSegment(Buffer.from(bytes))
    }),
  )
})

test('where there is no log there is no position', async () => {
  assert.equal(await readRaftPosition('/nonexistent'), undefined)
})
