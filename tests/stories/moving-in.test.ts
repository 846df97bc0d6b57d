// Clusters that others made move in by a snapshot: as charmed-etcd has them, with a root that has a password; as layer-etcd has them, without
// access control; and as a hand made them, with users of its own. Their keys are served, their users are told by name, and nobody gets in by what
// he knew, but for whom the operator keeps.

import assert from 'node:assert/strict'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { leaderOf, restored, shellOn } from './snapshots.ts'
import { assertWrites, deployServed, heal, read } from './sound.ts'

interface Foreign {
  readonly name: string
  /** What its maker does with it, by etcdctl. */
  readonly make: string
  /** With which words etcdctl takes the snapshot. */
  readonly as: string
  readonly out: string
}

const root = 'ctl user add root:sesame; ctl user grant-role root root'

const foreigners: readonly Foreign[] = [
  { name: 'layer-etcd', make: 'ctl put /registry/pods/a 1', as: '', out: 'none' },
  {
    name: 'charmed-etcd',
    make: `ctl put /registry/pods/a 2; ${root}
ctl user add --no-password client; ctl role add client; ctl role grant-permission client readwrite / --prefix
ctl user grant-role client client; ctl auth enable`,
    as: '--user root:sesame',
    out: 'client, root (has a password)',
  },
  {
    name: 'by-hand',
    make: `ctl put /registry/pods/a 3; ${root}
ctl user add alice:wonder; ctl role add reader; ctl role grant-permission reader read /registry/ --prefix
ctl user grant-role alice reader; ctl user add web:theirs; ctl user grant-role web root; ctl auth enable`,
    as: '--user root:sesame',
    out: 'root (has a password)',
  },
]

/** It runs beside the unit's own etcd, on loopback, for as long as this takes. */
function snapshotOf({ name, make, as }: Foreign): string {
  return `for program in /opt/etcd/current/etcd /snap/charmed-etcd/current/bin/etcd; do [ ! -x $program ] || break; done
there=$(mktemp -d); unset ETCDCTL_ENDPOINTS ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY
$program --name old --data-dir $there/data --listen-client-urls http://127.0.0.1:23790 --advertise-client-urls http://127.0.0.1:23790 \\
  --listen-peer-urls http://127.0.0.1:23800 --initial-advertise-peer-urls http://127.0.0.1:23800 \\
  --initial-cluster old=http://127.0.0.1:23800 >$there/log 2>&1 &
etcd=$!; trap 'kill $etcd' EXIT
ctl() { etcdctl --endpoints http://127.0.0.1:23790 "$@" >&2; }
for n in $(seq 100); do ctl endpoint health 2>/dev/null && break; sleep 0.1; done
${make}
ctl ${as} snapshot save $incoming/${name}.db`
}

story('clusters that others made move in', { ownModel: true }, async ({ model, step }) => {
  const id = await deployServed(model, 1)
  const leader = await leaderOf(model)
  for (const [nth, foreign] of foreigners.entries())
    await step(foreign.name, async () => {
      await shellOn(model, leader, snapshotOf(foreign))
      const keep = { 'keep-users': foreign.name === 'by-hand' ? 'alice' : '' }
      const { results } = await restored(model, leader, { file: `${foreign.name}.db`, ...keep })
      assert.equal(results['users-put-out'], foreign.out)
      await heal(model)
      const { users } = await lookAtEtcd(model, leader)
      assert.deepEqual(users, [...(keep['keep-users'] ? ['alice'] : []), 'root', 'web'])
      assert.equal(await read(model, leader, '/registry/pods/a'), String(nth + 1))
      await assertWrites(model, id, `/web/${nth}`)
      for (const who of ['root:sesame', 'web:theirs'])
        assert.match(await asUser(who, 'get /registry/pods/a'), /authentication failed/)
      // Three folders of earlier data are the most that a unit keeps.
      await shellOn(model, leader, 'rm -r $incoming/../set-aside-*')
    })
  await step('whom the operator keeps has his password, and no more than his role', async () => {
    assert.match(await asUser('alice:wonder', 'get --print-value-only /registry/pods/a'), /^3$/m)
    assert.match(await asUser('alice:wonder', 'put /registry/pods/a 4'), /permission denied/)
  })

  function asUser(user: string, command: string): Promise<string> {
    return shellOn(model, leader, `etcdctl --user ${user} ${command} 2>&1 || true`)
  }
})
