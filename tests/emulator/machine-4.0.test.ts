// What a charm finds on its machine, and what Juju refuses to bring there: rows 32 and 34 of what a controller of 4.0.14 did.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { openModel } from './index.ts'
import { packProbe } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

test('row 32: what hooks print goes into pipes, which can be opened again', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('a', { archive: probe.archive })
  await model.settle()
  const { output } = await model.exec('a/0', 'for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done')
  assert.deepEqual(output.stdout.replace(/\[.*\]/g, '').split('\n'), ['/dev/null', 'pipe:', 'pipe:', ''])
  const again = await model.exec('a/0', 'echo once more >/proc/$$/fd/2')
  assert.deepEqual(again.output, { code: 0, stdout: '', stderr: 'once more\n' })
  // Whoever is left behind with a pipe in hand keeps no hook from its end.
  const began = performance.now()
  const exec = await model.exec('a/0', 'echo said; sleep 5 &')
  assert.deepEqual([exec.output.stdout, performance.now() - began < 4000], ['said\n', true])
  const much = await model.exec('a/0', 'head -c 3000000 /dev/zero | tr "\\0" x')
  assert.equal(much.output.stdout.length, 3_000_000)
})

test('row 34: a resource with another extension is refused, attached and deployed', async () => {
  await using probe = await packProbe()
  await using model = await openModel(options)
  const path = join(dirname(probe.archive), 'tool.txt')
  await writeFile(path, 'x')
  const refused = { message: 'incorrect extension on resource upload "tool.txt", expected ".bin"' }
  const { archive } = probe
  await assert.rejects(model.deploy('b', { archive, resources: { tool: path } }), refused)
  assert.equal(model.tables.applications.size, 0)
  await model.deploy('a', { archive })
  await model.settle()
  assert.throws(() => model.attachResource('a', 'tool', path), refused)
  assert.deepEqual(await model.settle(), [])
})
