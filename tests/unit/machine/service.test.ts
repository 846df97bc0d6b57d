import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import {
  lastRunLog,
  readService,
  restartService,
  type Service,
  startService,
  stopService,
  whyKilled,
} from '../../../src/machine/service.ts'
import { openStandIns, type StandIns } from './stand-in.ts'

const unit = 'etcd-charm.service'
let machine: StandIns
beforeEach(() => {
  machine = openStandIns()
})
afterEach(() => machine[Symbol.dispose]())

/** As systemctl show prints them, which knows a unit of any name. */
const shown: Readonly<Record<string, string>> = {
  running:
    'LoadState=loaded\nActiveState=active\nMainPID=4711\nExecMainStartTimestamp=Tue 2026-11-24 09:39:28 UTC\nNRestarts=2\nInvocationID=1a2b',
  stopped: 'LoadState=loaded\nActiveState=inactive\nMainPID=0\nExecMainStartTimestamp=\nNRestarts=0',
  broken:
    'LoadState=loaded\nActiveState=failed\nMainPID=0\nExecMainStartTimestamp=\nNRestarts=5\nInvocationID=5e6f',
  'between two starts':
    'LoadState=loaded\nActiveState=activating\nMainPID=0\nExecMainStartTimestamp=\nNRestarts=1',
  stopping: 'LoadState=loaded\nActiveState=deactivating\nMainPID=4711\nExecMainStartTimestamp=x\nNRestarts=0',
  'not there': 'LoadState=not-found\nActiveState=inactive\nMainPID=0\nExecMainStartTimestamp=\nNRestarts=0',
}

const read: Readonly<Record<string, Service>> = {
  running: {
    kind: 'active',
    pid: 4711,
    startedAt: 'Tue 2026-11-24 09:39:28 UTC',
    restarts: 2,
    invocation: '1a2b',
  },
  stopped: { kind: 'inactive', invocation: '' },
  broken: { kind: 'failed', restarts: 5, invocation: '5e6f' },
  'between two starts': { kind: 'failed', restarts: 1, invocation: '' },
  stopping: { kind: 'inactive', invocation: '' },
  'not there': { kind: 'absent' },
}

function show(what: string): void {
  machine.add('systemctl', `case "$1" in show) cat <<'END'\n${shown[what]}\nEND\n;; esac`)
}

describe('the service', () => {
  for (const what of Object.keys(shown)) {
    it(`that is ${what} is read so`, async () => {
      show(what)
      assert.deepEqual(await readService(unit), read[what])
    })
  }

  it('that the kernel killed for want of memory is told so, and one that ended by itself is not', async () => {
    machine.add('systemctl', 'echo Result=oom-kill')
    assert.match((await whyKilled(unit)) ?? '', /^the kernel killed it, as memory ran out; /)
    machine.add('systemctl', 'echo Result=exit-code')
    assert.equal(await whyKilled(unit), undefined)
  })

  it('that something on the machine killed is told so, and one that died of a fault of its own is not', async () => {
    machine.add('systemctl', 'echo Result=signal; echo ExecMainStatus=9')
    assert.match((await whyKilled(unit)) ?? '', /^something on the machine killed it; /)
    machine.add('systemctl', 'echo Result=signal; echo ExecMainStatus=4')
    assert.equal(await whyKilled(unit), undefined)
  })

  it('starts now and with the machine, whatever failed before', async () => {
    show('broken')
    await startService(unit)
    assert.deepEqual(machine.calls(), [`systemctl reset-failed ${unit}`, `systemctl enable --now ${unit}`])
  })

  it('starts where systemd has no failures to forget', async () => {
    machine.add('systemctl', '[ "$1" != reset-failed ]')
    await startService(unit)
    await restartService(unit)
    assert.equal(machine.calls().at(-1), `systemctl restart ${unit}`)
  })

  it('that does not start is a failure in systemd’s words', async () => {
    machine.add('systemctl', 'echo "Job for $2 failed." >&2; exit 1')
    await assert.rejects(restartService(unit), {
      name: 'CommandFailed',
      message: /Job for etcd-charm.service failed\.$/,
    })
  })

  it('stops, and stays stopped where it is told so', async () => {
    show('running')
    await stopService(unit)
    await stopService(unit, { disable: true })
    const changes = machine.calls().filter((call) => !call.includes(' show '))
    assert.deepEqual(changes, [`systemctl stop ${unit}`, `systemctl disable --now ${unit}`])
  })

  it('that is not there is as good as stopped', async () => {
    show('not there')
    await stopService(unit, { disable: true })
    assert.equal(machine.calls().length, 1)
  })
})

describe('the lines that it logged', () => {
  it('are none where the journal can’t be read', async () => {
    machine.add('systemctl', 'echo InvocationID=4f2a')
    machine.add('journalctl', 'echo "No journal files were found." >&2; exit 1')
    assert.equal(await lastRunLog(unit), '')
  })

  it('are those since its last start, and none where systemd does not know that start', async () => {
    machine.add('systemctl', 'echo InvocationID=4f2a')
    machine.add('journalctl', 'echo "$@"')
    assert.equal(await lastRunLog(unit, 7), '_SYSTEMD_INVOCATION_ID=4f2a -n 7 -o cat --no-pager')
    machine.add('systemctl', 'echo InvocationID=')
    assert.equal(await lastRunLog(unit, 7), '')
  })
})
