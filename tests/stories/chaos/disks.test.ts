// On the emulator alone: disks are full, slow and empty; storage lies in memory, so that it can be filled.

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../../emulator/index.ts'
import { adminEnvironment } from '../world.ts'
import { raftRoles, unitsOf } from './cluster.ts'
import { dataFolder, inHost, loseData, signal, whileMs } from './disturbance.ts'
import { goThrough } from './go-through.ts'

goThrough('disks', [
  {
    name: 'the disk of one member is full for a while',
    disturb: async (model) => fill(model, [(await raftRoles(model)).follower]),
  },
  { name: 'the disks of all are full for a while', disturb: (model) => fill(model, unitsOf(model)) },
  {
    name: 'the disk of one member is slow for a while',
    disturb: async (model) => {
      const { host } = model.unit((await raftRoles(model)).leader)
      const { stdout } = await host.run(['pgrep', '-x', 'etcd'])
      const slow = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:delay_exit=200000']
      const strace = host.spawn(['strace', '-f', '-q', '-o', '/dev/null', ...slow, '-p', stdout.trim()], {
        env: { PATH: '/usr/bin:/bin' },
      })
      await sleep(whileMs)
      await host.run(['pkill', '-TERM', '-x', 'strace'])
      const { signal: ended, stderr } = await strace.ended
      assert.ok(ended === 'SIGTERM' || /detached/.test(stderr), `strace could not delay etcd: ${stderr}`)
    },
  },
  {
    name: "a member's data is lost",
    disturb: async (model) => loseData(model, (await raftRoles(model)).follower),
  },
  {
    name: "a member's database is damaged",
    disturb: async (model) => {
      const { follower } = await raftRoles(model)
      await signal(model, 'KILL', [follower])
      const noise = `dd if=/dev/urandom of=${dataFolder}/member/snap/db bs=4096 seek=2 count=3 conv=notrunc`
      await inHost(model, follower, noise)
    },
  },
])

/** Until nothing fits any more, and a member that needs room finds none: etcd then ends. */
async function fill(model: Model, units: readonly string[]): Promise<void> {
  // Asked first: whoever writes meanwhile may end an etcd as soon as its disk is full.
  const { leader } = await raftRoles(model)
  for (const unit of units) await inHost(model, unit, `cat /dev/zero >${dataFolder}/filler 2>/dev/null`)
  for (let nth = 0; nth < 40 && (await areUp(model, units)); nth += 1) await putMuch(model, leader, nth)
  assert.equal(await areUp(model, units), false, 'a full disk ended no etcd')
  const running = model.settle()
  await sleep(whileMs)
  for (const unit of units) await inHost(model, unit, `rm ${dataFolder}/filler`)
  await running
}

async function putMuch(model: Model, unit: string, nth: number): Promise<void> {
  const { host } = model.unit(unit)
  const put = `head -c 1000000 /dev/urandom | etcdctl --command-timeout=2s put /much/${nth}`
  await host.spawn(['sh', '-c', put], { env: adminEnvironment(host) }).ended
}

async function areUp(model: Model, units: readonly string[]): Promise<boolean> {
  const codes = units.map(async (unit) => (await model.unit(unit).host.run(['pgrep', '-x', 'etcd'])).code)
  return (await Promise.all(codes)).every((code) => code === 0)
}
