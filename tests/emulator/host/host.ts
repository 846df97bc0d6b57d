// One machine of the emulator: namespaces of its own for mounts, network and processes, an address on the model's bridge, and
// stand-ins for snap and systemctl that run the real etcd. So production code runs unchanged, on standard ports and paths.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

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
  /** As it is now; `readdress` changes it. */
  readonly address: string
  /** Its only address becomes this one, on the same bridge. */
  readdress(address: string): Promise<void>
  /** Pulls the network cable, or plugs it in again. Hook tools don't need it. */
  plug(how: 'in' | 'out'): Promise<void>
  /** What processes that start from now on take for the time: an offset like `+120` seconds, or the true one. */
  setClock(offset: string | undefined): void
  /** Everything that runs here dies at once; what systemd starts with the machine, starts again. */
  reboot(): Promise<void>
  /** nsenter's arguments for a command on this host, for a terminal's sake. */
  readonly enter: readonly string[]
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

/** A network of hosts. This process must itself run in namespaces that it may administer (scripts/in-namespaces). */
export async function openHosts(options: { etcd: string; binds: readonly string[] }): Promise<Hosts> {
  const open: Host[] = []
  const bridge = `juju${process.pid % 10000}`
  const subnet = `10.${(process.pid >> 8) & 0x7f}.${process.pid & 0xff}`
  await run('ip', ['link', 'add', bridge, 'type', 'bridge'])
  await run('ip', ['addr', 'add', `${subnet}.1/24`, 'dev', bridge])
  await run('ip', ['link', 'set', bridge, 'up'])
  return {
    async open(name) {
      const address = `${subnet}.${open.length + 10}`
      const host = await openHost({ name, address, bridge, ...options })
      open.push(host)
      return host
    },
    async [Symbol.asyncDispose]() {
      for (const host of open) await host[Symbol.asyncDispose]()
      await run('ip', ['link', 'del', bridge])
    },
  }
}

const path = '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Debian's libfaketime; the linker knows what $LIB is. Go asks the kernel for the time itself, so etcd keeps the true one. */
const libfaketime = '/usr/$LIB/faketime/libfaketimeMT.so.1'

interface ToOpen {
  readonly name: string
  readonly address: string
  readonly bridge: string
  readonly etcd: string
  readonly binds: readonly string[]
}

async function openHost(of: ToOpen): Promise<Host> {
  const root = await mkdtemp(join(tmpdir(), 'emulator-'))
  await mkdir(root, { recursive: true })
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
  await plugIn(of, pid)
  const enter = ['-t', String(pid), '-m', '-n', '-p', '-u', '-r']
  let clock: Readonly<Record<string, string>> = {}
  const start: Host['spawn'] = (argv, { env, cwd = '/' }) =>
    watch(
      spawn('nsenter', [...enter, `--wdns=${cwd}`, '--', ...argv], {
        env: { ...env, ...clock },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
  const inside = async (...argv: readonly string[]): Promise<void> => {
    const { code, stderr } = await start(argv, { env: { PATH: path } }).ended
    if (code !== 0) throw new Error(`${argv.join(' ')} on ${of.name}: ${stderr}`)
  }
  let { address } = of
  return {
    name: of.name,
    get address() {
      return address
    },
    async readdress(to) {
      await inside('ip', 'addr', 'del', `${address}/24`, 'dev', 'eth0')
      await inside('ip', 'addr', 'add', `${to}/24`, 'dev', 'eth0')
      address = to
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
    outside: (path) => `/proc/${pid}/root${path}`,
    spawn: start,
    run: (argv) => start(argv, { env: { PATH: path } }).ended,
    async [Symbol.asyncDispose]() {
      if (init.exitCode !== null || init.signalCode !== null) return
      const gone = once(init, 'exit')
      process.kill(pid, 'SIGKILL')
      await gone
    },
  }
}

/** unshare's child is the host's pid 1. */
async function childOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)])
  return Number(stdout.trim())
}

async function plugIn({ address, bridge }: ToOpen, pid: number): Promise<void> {
  const cable = `veth${pid}`
  await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)])
  await run('ip', ['link', 'set', cable, 'master', bridge, 'up'])
  const inside = (...args: readonly string[]): Promise<unknown> =>
    run('nsenter', ['-t', String(pid), '-n', 'ip', ...args])
  await inside('addr', 'add', `${address}/24`, 'dev', 'eth0')
  await inside('link', 'set', 'eth0', 'up')
}

function watch(child: ChildProcess): HostProcess {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // A service that the command left behind may hold the pipes open: like Juju, wait for the process and not for them.
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return { code, signal, stdout, stderr }
  })
  return {
    ended,
    kill() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL')
    },
  }
}
