// One machine of the emulator: namespaces of its own for mounts, network and processes, an interface in each space, and
// stand-ins for snap and systemctl that run the real etcd. So production code runs unchanged, on standard ports and paths.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { hasEnded } from '../../fixtures/has-ended.ts'
import { openSnapd } from './snapd.ts'
import { closeHere, openPipe, type Pipe, readPipe } from './pipes.ts'
import { addAddress, type Interface, changeAddress, type Network, subnetOf } from './network.ts'

const run = promisify(execFile)
const here = import.meta.dirname

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface HostProcess {
  readonly ended: Promise<Ended>
  /** Kills the process and all that it started in its group. */
  kill(): void
}

export interface Host extends AsyncDisposable {
  readonly name: string
  /** The first one, as it is now; `readdress` changes it. */
  readonly address: string
  /** One for each space. */
  readonly interfaces: readonly Interface[]
  /** The address of that family becomes this one: on the first interface, or in a space. */
  readdress(address: string, space?: string): Promise<void>
  /** Pulls the first interface's cable, or plugs it in again. Hook tools don't need it. */
  plug(how: 'in' | 'out'): Promise<void>
  /** What processes that start from now on take for the time: an offset like `+120` seconds, or the true one. */
  setClock(offset: string | undefined): void
  /** Everything that runs here dies at once; what systemd starts with the machine, starts again. */
  reboot(): Promise<void>
  /** nsenter's arguments for a command on this host, for a terminal's sake. */
  readonly enter: readonly string[]
  /** Its root lies in memory, so that large files of an archive are linked into it and not copied. */
  readonly small: boolean
  /** Where this process finds the host's absolute path. */
  outside(path: string): string
  spawn(
    argv: readonly string[],
    options: { env: Readonly<Record<string, string>>; cwd?: string },
  ): HostProcess
  /** Runs a command to its end. */
  run(argv: readonly string[]): Promise<Ended>
}

export interface Hosts extends AsyncDisposable {
  open(name: string): Promise<Host>
}

export interface HostsOptions extends Omit<ToOpen, 'name'> {
  /** Makes a machine of another kind; one of this file's, where it is left out. */
  readonly open?: ((of: ToOpen) => Promise<Host>) | undefined
}

/** The hosts on a network, which stays when they end. */
export function openHosts({ open: openOne = openHost, ...options }: HostsOptions): Hosts {
  const open: Host[] = []
  return {
    async open(name) {
      const host = await openOne({ name, ...options })
      open.push(host)
      return host
    },
    async [Symbol.asyncDispose]() {
      for (const host of open) await host[Symbol.asyncDispose]()
    },
  }
}

/** Of commands that are no hooks. */
export const path = '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Debian's libfaketime; the linker knows what $LIB is. Go asks the kernel for the time itself, so etcd keeps the true one. */
const libfaketime = '/usr/$LIB/faketime/libfaketimeMT.so.1'

export interface ToOpen {
  readonly name: string
  readonly network: Network
  readonly etcd: string
  readonly binds: readonly string[]
  /** The table of the snap store (stand-ins/snap), in a folder that hosts see; without one, it has every revision. */
  readonly snapStore?: string | undefined
}

export async function openHost(of: ToOpen): Promise<Host> {
  const root = await mkdtemp(join(tmpdir(), 'emulator-'))
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--fork', '--kill-child']
  const setup = [join(here, 'make-root'), root, join(here, 'stand-ins'), of.etcd, ...of.binds]
  const init = spawn('unshare', [...namespaces, 'sh', ...setup], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  init.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ready = await Promise.race([once(init.stdout, 'data'), once(init, 'exit')])
  if (!String(ready[0]).includes('ready'))
    throw new Error(`host ${of.name} did not start: ${said || String(ready[0])}`)
  const pid = await childOf(init)
  const interfaces = of.network.allot()
  await of.network.plugIn(pid, interfaces)
  const enter = ['-t', String(pid), '-m', '-n', '-p', '-u', '-r']
  let clock: Readonly<Record<string, string>> = {}
  const start: Host['spawn'] = (argv, { env, ...options }) =>
    spawnWithin(enter, argv, { ...options, env: { ...env, ...clock } })
  const inside = (...argv: readonly string[]): Promise<void> => insist(of.name, start, argv)
  const outside: Host['outside'] = (path) => `/proc/${pid}/root${path}`
  const runHere: Host['run'] = (argv) => start(argv, { env: { PATH: path } }).ended
  if (of.snapStore !== undefined)
    await inside('sh', '-c', `mkdir -p /run/emulator && ln -s ${of.snapStore} /run/emulator/snap-store`)
  const snapd = await openSnapd({ outside, run: runHere })
  return {
    name: of.name,
    small: true,
    get address() {
      return interfaces[0]?.addresses[0] ?? ''
    },
    interfaces,
    async readdress(to, space) {
      const { device, before } = changeAddress(interfaces, to, space)
      await inside('ip', 'addr', 'del', subnetOf(before), 'dev', device)
      await inside('ip', ...addAddress(to, device))
    },
    plug: (how) => inside('ip', 'link', 'set', 'eth0', how === 'in' ? 'up' : 'down'),
    setClock(offset) {
      clock =
        offset === undefined
          ? {}
          : { LD_PRELOAD: libfaketime, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
    },
    // `-1` spares pid 1 and whoever asks.
    reboot: () => inside('sh', '-c', 'kill -9 -1; rm -f /run/emulator/*.pid; systemctl boot'),
    enter: [...enter, '--wdns=/', '--'],
    outside,
    spawn: start,
    run: runHere,
    async [Symbol.asyncDispose]() {
      await snapd[Symbol.asyncDispose]()
      if (hasEnded(init)) return
      const gone = once(init, 'exit')
      process.kill(pid, 'SIGKILL')
      await gone
      // What was mounted there ended with the host: the folder is empty.
      await rmdir(root)
    },
  }
}

/** The child of what makes namespaces is pid 1 in them. */
export async function childOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)])
  return Number(stdout.trim())
}

/** In the namespaces that nsenter's arguments name. */
export function spawnWithin(
  enter: readonly string[],
  argv: readonly string[],
  { env, cwd = '/' }: Parameters<Host['spawn']>[1],
): HostProcess {
  const args = [...enter, `--wdns=${cwd}`, '--', ...argv]
  let [child, killed]: [ChildProcess | undefined, boolean] = [undefined, false]
  const kill = (): void => {
    killed = true
    if (child?.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGKILL')
  }
  const run = async (): Promise<Ended> => {
    const [out, err] = [await openPipe(), await openPipe()]
    child = spawn('nsenter', args, { env, detached: true, stdio: ['ignore', out.write, err.write] })
    for (const pipe of [out, err]) closeHere(pipe)
    if (killed) kill()
    return watch(child, out, err)
  }
  return { ended: run(), kill }
}

export async function insist(name: string, start: Host['spawn'], argv: readonly string[]): Promise<void> {
  const { code, stderr } = await start(argv, { env: { PATH: path } }).ended
  if (code !== 0) throw new Error(`${argv.join(' ')} on ${name}: ${stderr}`)
}

/** A service that the command left behind may hold the pipes open: like Juju, wait for the process, and for them only a little. */
async function watch(child: ChildProcess, out: Pipe, err: Pipe): Promise<Ended> {
  const [stdout, stderr] = [readPipe(out), readPipe(err)]
  const [code, signal] = await once(child, 'exit')
  await Promise.race([Promise.all([stdout.ended, stderr.ended]), sleep(drains)])
  for (const { reader } of [out, err]) reader.destroy()
  return { code, signal, stdout: stdout.text(), stderr: stderr.text() }
}

const drains = 20
