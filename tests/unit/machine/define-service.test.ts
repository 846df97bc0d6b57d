import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  defineService,
  definitionsOf,
  isServiceDefined,
  removeDefinitions,
} from '../../../src/machine/define-service.ts'
import { workloadOf } from '../../../src/machine/workload.ts'
import { openStandIns, type StandIns } from './stand-in.ts'

describe('the definition of the service', () => {
  let etc = ''
  let machine: StandIns
  beforeEach(async () => {
    etc = await mkdtemp(join(tmpdir(), 'define-service-'))
    machine = openStandIns()
    machine.add('systemctl', '')
  })
  afterEach(async () => {
    machine[Symbol.dispose]()
    await rm(etc, { recursive: true, force: true })
  })

  for (const kind of ['snap', 'binaries'] as const) {
    const workload = workloadOf(kind)

    it(`of ${kind} is written and read by systemd, and then it stands`, async () => {
      assert.equal(await isServiceDefined(workload, etc), false)
      await defineService(workload, etc)
      assert.equal(await isServiceDefined(workload, etc), true)
      assert.deepEqual(machine.calls(), ['systemctl daemon-reload'])
      for (const { path } of definitionsOf(workload, etc))
        assert.equal((await stat(path)).mode & 0o777, 0o644, path)
    })

    it(`of ${kind} that an older version wrote is written anew`, async () => {
      await defineService(workload, etc)
      for (const { path } of definitionsOf(workload, etc)) {
        await appendFile(path, '# older\n')
        assert.equal(await isServiceDefined(workload, etc), false)
        await defineService(workload, etc)
        assert.equal(await isServiceDefined(workload, etc), true)
      }
    })

    it(`of ${kind} goes without a trace, twice if need be`, async () => {
      await defineService(workload, etc)
      await removeDefinitions(workload, etc)
      await removeDefinitions(workload, etc)
      for (const { path } of definitionsOf(workload, etc))
        await assert.rejects(stat(path), { code: 'ENOENT' })
    })

    it(`of ${kind} comes after the storage, and as often as it takes until that is mounted`, async () => {
      await defineService(workload, etc)
      const [definition] = definitionsOf(workload, etc)
      const lines = (definition?.content ?? '').split('\n')
      for (const line of [
        `RequiresMountsFor=${workload.paths.data}`,
        'StartLimitIntervalSec=0',
        'Restart=on-failure',
        `ExecStartPre=+/bin/sh -c '! grep -qs .mount.: ${workload.paths.state}/storage.json || mountpoint -q ${workload.paths.data}'`,
      ])
        assert.ok(lines.includes(line), line)
    })

    it(`of ${kind} keeps proxies from etcd, and needrestart from restarting it`, async () => {
      await defineService(workload, etc)
      const texts = await Promise.all(definitionsOf(workload, etc).map(({ path }) => readFile(path, 'utf8')))
      assert.match(texts.join(''), /^UnsetEnvironment=.*https_proxy.*HTTPS_PROXY/m)
      assert.match(
        texts.join(''),
        new RegExp(`\\(\\^${workload.service.replaceAll('.', '\\\\.')}\\$\\)\\} = 0;`),
      )
    })
  }
})
