// snapd's own socket on a machine of the emulator: what libraries of the field ask it beside the `snap` command (its REST API, version
// 2). What is installed is what the stand-in for `snap` has laid out, and it does whatever is asked for: so the two always agree.

import { readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { text } from 'node:stream/consumers'
import * as z from 'zod/mini'
import type { Host } from './host.ts'

type Machine = Pick<Host, 'outside' | 'run'>

interface Answer {
  readonly status: number
  readonly body: object
}

/** The one snap of the emulator's store. */
const name = 'charmed-etcd'
const service = `snap.${name}.etcd`
const actions = z.object({ action: z.string(), channel: z.optional(z.string()) })

export async function openSnapd(machine: Machine): Promise<AsyncDisposable> {
  const socket = machine.outside('/run/snapd.socket')
  const failures: string[] = []
  const server = createServer((request, response) => {
    void answer(machine, request, failures)
      .catch((error: unknown) => fail(500, 'internal', String(error)))
      .then((told) => send(response, told))
  })
  await rm(socket, { force: true })
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve)
  })
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(machine: Machine, request: IncomingMessage, failures: string[]): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://snapd')
  const [version, kind, which] = pathname.slice(1).split('/')
  if (version !== 'v2') return fail(404, 'not-found', 'not found')
  if (request.method === 'POST') {
    const asked = actions.parse(JSON.parse(await text(request)))
    return kind === 'snaps' || kind === 'apps'
      ? change(machine, kind, which, asked, failures)
      : fail(404, 'not-found', 'not found')
  }
  if (kind === 'changes') return tell(changed(failures, which))
  if (kind === 'find') return find(machine, searchParams.get('name') ?? searchParams.get('q'))
  if (kind === 'apps') return apps(machine, searchParams.get('names'))
  if (kind !== 'snaps') return fail(404, 'not-found', 'not found')
  const installed = await readInstalled(machine)
  if (which === undefined) return tell(installed ? [installed] : [])
  return installed && which === name
    ? tell(installed)
    : fail(404, 'snap-not-found', 'snap not installed', which)
}

function tell(result: unknown): Answer {
  return { status: 200, body: { type: 'sync', 'status-code': 200, status: 'OK', result } }
}

function fail(status: number, kind: string, message: string, value?: string | null): Answer {
  return {
    status,
    body: {
      type: 'error',
      'status-code': status,
      status: STATUS_CODES[status],
      result: { message, kind, value },
    },
  }
}

async function find(machine: Machine, asked: string | null): Promise<Answer> {
  if (asked !== name) return fail(404, 'snap-not-found', 'snap not found', asked)
  return tell([{ ...(await describe(machine)), channel: 'stable', status: 'available' }])
}

async function apps(machine: Machine, names: string | null): Promise<Answer> {
  const installed = await readInstalled(machine)
  if (names !== null && (names !== name || !installed))
    return fail(404, 'snap-not-found', `snap "${names}" not found`, names)
  if (!installed) return tell([])
  const { code } = await machine.run(['systemctl', 'is-active', service])
  const { code: enabled } = await machine.run(['systemctl', 'is-enabled', service])
  return tell([
    {
      snap: name,
      name: 'etcd',
      daemon: 'simple',
      'daemon-scope': 'system',
      active: code === 0,
      enabled: enabled === 0,
    },
  ])
}

/** Done when it is answered: whoever asks after the change is told how it went. */
async function change(
  machine: Machine,
  kind: 'snaps' | 'apps',
  which: string | undefined,
  { action, channel }: z.infer<typeof actions>,
  failures: string[],
): Promise<Answer> {
  if (kind === 'snaps' && which !== name) return fail(404, 'snap-not-found', 'snap not found', which)
  const words = {
    hold: ['refresh', '--hold=forever', name],
    unhold: ['refresh', '--unhold', name],
    install: ['install', name, `--channel=${channel ?? 'stable'}`],
    refresh: ['refresh', name, ...(channel === undefined ? [] : [`--channel=${channel}`])],
  }
  const argv = Object.entries(words).find(([row]) => row === action)?.[1] ?? [action, name]
  const { code, stderr } = await machine.run(['snap', ...argv])
  failures.push(code === 0 ? '' : stderr.trim())
  const id = String(failures.length)
  return {
    status: 202,
    body: { type: 'async', 'status-code': 202, status: 'Accepted', change: id, result: null },
  }
}

function changed(failures: readonly string[], id: string | undefined): object {
  const failure = failures[Number(id) - 1] ?? `cannot find change with id "${id}"`
  return {
    id,
    kind: 'snap',
    ready: true,
    status: failure === '' ? 'Done' : 'Error',
    ...(failure && { err: failure }),
  }
}

async function readInstalled(machine: Machine): Promise<object | undefined> {
  const there = await readFile(machine.outside(`/snap/${name}/current/meta/snap.yaml`)).then(
    () => true,
    () => false,
  )
  if (!there) return undefined
  const channel = await readFile(machine.outside(`/snap/${name}/channel`), 'utf8').catch(() => '3.6/stable')
  const { stdout } = await machine.run(['readlink', `/snap/${name}/current`])
  return {
    ...(await describe(machine, `/snap/${name}/current/bin`)),
    revision: stdout.trim(),
    channel: channel.trim(),
    'tracking-channel': channel.trim(),
    status: 'active',
    apps: [
      { snap: name, name: 'etcd', daemon: 'simple', 'daemon-scope': 'system' },
      { snap: name, name: 'etcdctl' },
    ],
  }
}

async function describe(machine: Machine, programs = '/opt/etcd-of-the-emulator'): Promise<object> {
  const { stdout } = await machine.run([`${programs}/etcd`, '--version'])
  const [, version = ''] = /^etcd Version: (\S+)/.exec(stdout) ?? []
  return { id: name, name, title: name, type: 'app', confinement: 'strict', revision: '1', version }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
