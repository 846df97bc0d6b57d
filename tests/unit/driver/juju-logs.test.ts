import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openJujuCli } from '../../stories/driver/juju-cli.ts'
import { keepLogs } from '../../stories/driver/juju-logs.ts'
import { openStandInJuju } from './stand-in-juju.ts'

test('of a story that failed, Juju’s log and status and etcd’s journal are kept, in a folder by its title', async (t) => {
  using juju = openStandInJuju('4.0')
  const told = t.mock.method(console, 'error', () => {})
  const folder = await mkdtemp(join(tmpdir(), 'logs-'))
  try {
    await keepLogs(openJujuCli('etcd-stories-x'), folder, 'One unit serves one client!')
    const kept = join(folder, 'one-unit-serves-one-client-')
    assert.deepEqual((await readdir(kept)).sort(), ['debug-log.txt', 'etcd-0-etcd.txt', 'status.txt'])
    assert.match(String(told.mock.calls[0]?.arguments[0]), /one-unit-serves/)
    const asked = juju.calls().map(([command, , , ...rest]) => [command, ...rest])
    assert.deepEqual(asked[0], ['debug-log', '--replay', '--no-tail'])
    assert.deepEqual(asked.at(-1)?.slice(0, 4), ['exec', '--unit', 'etcd/0', '--'])
    assert.match(String(asked.at(-1)?.[4]), /^journalctl .*--unit=snap\.charmed-etcd\.etcd\.service/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
