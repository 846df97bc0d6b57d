// The `juju` that stands before the emulator: options get their types, and what fails is over.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { openFront } from '../stories/driver/front/open-front.ts'
import { openModel } from './index.ts'
import { packProbe } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

test('juju gives options their types, and an act that is refused leaves nothing executing', async () => {
  await using probe = await packProbe()
  await using front = await openFront(() => openModel(options))
  const juju = (...words: readonly string[]): Promise<Said> =>
    new Promise((resolve) => {
      execFile(`${front.folder}/juju`, words, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      )
    })
  const agents = async (): Promise<readonly string[]> => {
    const { stdout } = await juju('status', '-m', 'm', '--format=json')
    const { applications } = JSON.parse(stdout)
    return Object.values<{ units: Record<string, { 'juju-status': { current: string } }> }>(applications)
      .flatMap(({ units }) => Object.values(units))
      .map((unit) => unit['juju-status'].current)
  }
  const untilIdle = async (): Promise<void> => {
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await agents()).every((current) => current === 'idle')) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the agents are executing for ever')
  }
  await juju('add-model', 'm')
  const m = ['-m', 'm']
  const bad = await juju('deploy', ...m, probe.archive, 'bad', '--config', 'level=many')
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /option "level" expected int, got "many"/)
  const good = await juju(
    ...['deploy', ...m, probe.archive, 'p', '--num-units=1'],
    ...['--config', 'level=7', '--config', 'loud=true', '--config', 'title=5'],
  )
  assert.equal(good.code, 0, good.stderr)
  await untilIdle()
  const { config } = [...front.controller.models.values()][0]?.model.unit('p/0').app ?? {}
  assert.deepEqual(config, { level: 7, loud: true, title: '5' })
  const changed = await juju('config', ...m, 'p', 'loud=perhaps')
  assert.match(changed.stderr, /option "loud" expected boolean, got "perhaps"/)
  const lost = await juju('integrate', ...m, 'p:in', 'nobody:out')
  assert.equal(lost.code, 1)
  await untilIdle()
  const acted = await juju('run', ...m, 'p/0', 'act')
  assert.equal(acted.code, 0, acted.stderr)
})
