// Any certificate against the judge, etcdctl's trial and a real etcd: no error is thrown, whatever is said is a line, and whoever is
// accepted in the end is loaded by etcd and let in. How many went which way is printed.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { bundleLoads } from '../../../src/machine/preflight.ts'
import { type ExaminedLeaf, examineClientCertificate } from '../../../src/tls/client-certificate.ts'
import { binary } from '../etcd/etcd-server.ts'
import { whileTrusting } from './etcd-that-trusts.ts'
import { howLong } from './how-long.ts'
import { oddCertificates } from './odd-shapes.ts'

interface Accepted {
  readonly leaf: ExaminedLeaf
  readonly privateKey: string | undefined
}

const counts = new Map<string, number>()
const count = (what: string, by = 1): Map<string, number> => counts.set(what, (counts.get(what) ?? 0) + by)

/** More would be too many subjects for one handshake. */
const atOnce = 200

test('whatever certificate comes, the verdict is etcd’s own, and told in a line', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'))
  let waiting = new Map<string, Accepted>()
  const settle = async (): Promise<void> => {
    const loadable = await whichLoad(folder, [...waiting.values()])
    waiting = new Map()
    if (loadable.length > 0) await assertLetIn(loadable)
  }
  try {
    await fc.assert(
      fc.asyncProperty(oddCertificates, async ({ text, made }) => {
        const examined = await examineClientCertificate(text, Date.now())
        if (examined.kind === 'refused') {
          assert.match(examined.detail, /^[\x20-\x7e]{0,160}$/)
          count(examined.code)
          return
        }
        assert.deepEqual(JSON.parse(JSON.stringify(examined)), examined, 'the ledger keeps it whole')
        const privateKey = made.privateKey?.export({ type: 'pkcs8', format: 'pem' }).toString()
        waiting.set(examined.fingerprint, { leaf: examined, privateKey })
        if (waiting.size >= atOnce) await settle()
      }),
      { ...howLong(0.6), endOnFailure: true },
    )
    await settle()
  } finally {
    await rm(folder, { recursive: true, force: true })
    context.diagnostic(JSON.stringify(Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))))
  }
})

/** By halves: a bundle loads where all of it does. */
async function whichLoad(folder: string, rows: readonly Accepted[]): Promise<readonly Accepted[]> {
  if (rows.length === 0) return rows
  const bundlePath = join(folder, `${randomUUID()}.pem`)
  await writeFile(bundlePath, rows.map(({ leaf }) => leaf.pem).join(''))
  const tried = await bundleLoads({ etcdctl: binary('etcdctl'), bundlePath })
  if (tried.kind === 'loads') return rows
  if (rows.length === 1) {
    count(`refused by the trial alone: ${tried.reason.replace(/^x509: /, '').replace(/["\d].*/, '')}`)
    return []
  }
  const half = Math.ceil(rows.length / 2)
  const parts = [rows.slice(0, half), rows.slice(half)].map((part) => whichLoad(folder, part))
  return (await Promise.all(parts)).flat()
}

async function assertLetIn(rows: readonly Accepted[]): Promise<void> {
  await whileTrusting(rows.map(({ leaf }) => leaf.pem).join(''), async (etcd) => {
    for (const { leaf, privateKey } of rows) {
      if (privateKey === undefined) {
        count('loaded; nobody has the key')
        continue
      }
      const why = await etcd.whyNot({ certificate: leaf.pem, privateKey })
      assert.equal(why, undefined, `accepted and turned away (${why}):\n${leaf.pem}`)
      count('loaded and let in')
    }
  })
}
