// The service that runs etcd, through systemctl. Whether etcd serves is etcd's to say; this is only whether it runs.

import { CommandFailed, CommandMissing, query, run } from './process.ts'

export type Service =
  | { readonly kind: 'absent' }
  | { readonly kind: 'inactive'; readonly invocation: string }
  | { readonly kind: 'failed'; readonly restarts: number; readonly invocation: string }
  | {
      readonly kind: 'active'
      readonly pid: number
      /** As systemd prints it: good for comparing, not for reckoning. */
      readonly startedAt: string
      /** How often systemd has started it again by itself. */
      readonly restarts: number
      /** systemd's id of this start, or of the last one: each has another. Empty where systemd knows of none. */
      readonly invocation: string
    }

const properties = [
  'LoadState',
  'ActiveState',
  'MainPID',
  'ExecMainStartTimestamp',
  'NRestarts',
  'InvocationID',
]

export async function readService(unit: string): Promise<Service> {
  const shown = parseProperties(await query('systemctl', ['show', '-p', properties.join(','), unit]))
  const restarts = Number(shown.get('NRestarts') ?? 0)
  const invocation = shown.get('InvocationID') ?? ''
  if (shown.get('LoadState') === 'not-found') return { kind: 'absent' }
  switch (shown.get('ActiveState')) {
    case 'active':
    case 'reloading': {
      const pid = Number(shown.get('MainPID') ?? 0)
      return {
        kind: 'active',
        pid,
        startedAt: shown.get('ExecMainStartTimestamp') ?? '',
        restarts,
        invocation,
      }
    }
    // Between two starts that systemd makes because it ended by itself.
    case 'activating':
    case 'failed':
      return { kind: 'failed', restarts, invocation }
    default:
      return { kind: 'inactive', invocation }
  }
}

/** Starts it now and with the machine. Waits until the process is there, not until etcd serves. */
export async function startService(unit: string): Promise<void> {
  await forgetFailures(unit)
  await run('systemctl', ['enable', '--now', unit], { timeoutMs: stopsWithin })
}

export async function restartService(unit: string): Promise<void> {
  await forgetFailures(unit)
  await run('systemctl', ['restart', unit], { timeoutMs: stopsWithin })
}

/** A service that is not there is as good as stopped. */
export async function stopService(unit: string, { disable = false } = {}): Promise<void> {
  if ((await readService(unit)).kind === 'absent') return
  await run('systemctl', disable ? ['disable', '--now', unit] : ['stop', unit], { timeoutMs: stopsWithin })
}

/** After unit files have changed. */
export async function reloadServices(): Promise<void> {
  await run('systemctl', ['daemon-reload'])
}

/** So many that those whom etcd turns away as it ends don't crowd out why it did. */
const mostLines = 2_000

/** What it logged since it was last started, whatever became of it; empty where that can't be told apart from earlier runs. */
export async function lastRunLog(unit: string, lines = mostLines): Promise<string> {
  const shown = parseProperties(await query('systemctl', ['show', '-p', 'InvocationID', unit]))
  const id = shown.get('InvocationID')
  return id ? readJournal([`_SYSTEMD_INVOCATION_ID=${id}`, '-n', String(lines)]) : ''
}

/** What the machine did to it, which its own log can't say; `undefined` where it ended by itself. By systemd's word (systemd.exec(5)). */
export async function whyKilled(unit: string): Promise<string | undefined> {
  const shown = parseProperties(await query('systemctl', ['show', '-p', 'Result,ExecMainStatus', unit]))
  const result = shown.get('Result')
  if (result === 'oom-kill')
    return 'the kernel killed it, as memory ran out; give the machine more, or move away what else runs there'
  // By SIGKILL, which no process sends to itself.
  return result === 'signal' && shown.get('ExecMainStatus') === '9'
    ? 'something on the machine killed it; its journal may tell what'
    : undefined
}

async function readJournal(what: readonly string[]): Promise<string> {
  try {
    return await run('journalctl', [...what, '-o', 'cat', '--no-pager'])
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof CommandMissing) return ''
    throw error
  }
}

/** systemd gives a service a minute and a half to stop before it kills it. */
const stopsWithin = 120_000

/** A service that failed too often in a short time would not be started again, although what ailed it is mended. */
async function forgetFailures(unit: string): Promise<void> {
  try {
    await run('systemctl', ['reset-failed', unit])
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
  }
}

function parseProperties(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const]
    }),
  )
}
