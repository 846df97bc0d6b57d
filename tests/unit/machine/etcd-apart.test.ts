import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EndApart, startEtcdApart } from '../../../src/machine/etcd-apart.ts'
import { workloadOf } from '../../../src/machine/workload.ts'
import { openStandIns } from './stand-in.ts'

async function endOf(script: string): Promise<EndApart> {
  using standIns = openStandIns()
  standIns.add('etcd', script)
  const { paths, ...workload } = workloadOf('binaries')
  const there = { ...paths, etcdctl: join(standIns.folder, 'etcdctl') }
  const to = { dataDir: '/nowhere', name: 'trial', truststore: '/nowhere/ca.pem' }
  await using etcd = await startEtcdApart({
    ...to,
    workload: { ...workload, user: 'nobody-here', paths: there },
  })
  while (etcd.ended === undefined) await sleep(10)
  return etcd.ended
}

test('an etcd apart tells how it ended: by itself, with its last words, or by a signal', async () => {
  const ended = await endOf('echo panic: why >&2; exit 2')
  assert.deepEqual(ended, { how: 'exited with 2', byItself: true, said: 'panic: why\n' })
  const killed = await endOf('kill -KILL $$')
  assert.deepEqual(killed, { how: 'was ended by SIGKILL', byItself: false, said: '' })
})
