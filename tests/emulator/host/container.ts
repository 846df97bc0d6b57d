// One machine of the emulator as a system container: a Debian of its own with a real systemd, which stands in for an Ubuntu
// machine of LXD and like one runs in a user namespace. Nothing of it is a stand-in but Juju's agent.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { hasEnded } from '../../fixtures/has-ended.ts'
import { childOf, type Host, insist, path, spawnWithin, type ToOpen } from './host.ts'
import { changeAddress, type Interface, subnetOf } from './network.ts'

const run = promisify(execFile)
const juju = '/var/lib/juju'
/** As LXD maps them: root of the container is nobody outside. */
const users = '1000000:65536'
const boots = 60_000

/** `image` is what scripts/container-image printed. */
export async function openContainer(of: ToOpen, image: string): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), 'container-'))
  const root = await unpack(folder, image)
  await mkdir(join(folder, 'juju'))
  const interfaces = of.network.allot()
  await describeNetwork(root, interfaces)
  const group = await makeControlGroup(folder)
  let nspawn = boot(of, folder, group)
  const come = async (): Promise<number> => {
    const first = await firstProcess(of.name, nspawn)
    await of.network.plugIn(first, interfaces)
    return untilUp(of.name, first)
  }
  let pid = await come()
  const enter = (): readonly string[] => ['-t', String(pid), '-m', '-n', '-p', '-u', '-i', '-C', '-U', '-r']
  const start: Host['spawn'] = (argv, options) => spawnWithin(enter(), argv, options)
  const inside = (...argv: readonly string[]): Promise<void> => insist(of.name, start, argv)
  return {
    name: of.name,
    small: false,
    get address() {
      return interfaces[0]?.addresses[0] ?? ''
    },
    interfaces,
    async readdress(to, space) {
      const { device } = changeAddress(interfaces, to, space)
      await describeNetwork(root, interfaces)
      await inside('networkctl', 'reload')
      await inside('networkctl', 'reconfigure', device)
    },
    plug: (how) => inside('ip', 'link', 'set', 'eth0', how === 'in' ? 'up' : 'down'),
    setClock() {
      throw new Error('a container has the time of its machine')
    },
    async reboot() {
      const [down] = await Promise.all([once(nspawn, 'exit'), inside('systemctl', '--no-block', 'reboot')])
      if (down[0] !== wantsToReboot) throw new Error(`container ${of.name} went down with ${down[0]}`)
      nspawn = boot(of, folder, group)
      pid = await come()
    },
    get enter() {
      return [...enter(), '--wdns=/', '--']
    },
    outside: (inner) =>
      inner.startsWith(`${juju}/`)
        ? join(folder, 'juju', inner.slice(juju.length))
        : `/proc/${pid}/root${inner}`,
    spawn: start,
    run: (argv) => start(argv, { env: { PATH: path } }).ended,
    async [Symbol.asyncDispose]() {
      if (!hasEnded(nspawn)) {
        const gone = once(nspawn, 'exit')
        process.kill(pid, 'SIGKILL')
        await gone
      }
      await removeControlGroup(group)
      await run('umount', [root])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** In memory: what the container writes is gone with it. */
async function unpack(folder: string, image: string): Promise<string> {
  const root = join(folder, 'root')
  await mkdir(root)
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', root])
  await run('tar', ['-C', root, '--numeric-owner', '-xf', image])
  return root
}

/** What its systemd-networkd does when the machine comes up; the cables are this process's to plug in. */
async function describeNetwork(root: string, interfaces: readonly Interface[]): Promise<void> {
  for (const { device, addresses } of interfaces) {
    const lines = addresses.map((address) => `Address=${subnetOf(address)}\n`)
    const text = `[Match]\nName=${device}\n[Network]\n${lines.join('')}LinkLocalAddressing=no\n`
    await writeFile(join(root, `etc/systemd/network/10-${device}.network`), text)
  }
  await run('systemctl', ['--root', root, '--quiet', 'enable', 'systemd-networkd.service'])
}

/** Of its own, or its systemd would manage the groups of this machine; where that has both versions, the newer is for us. */
async function makeControlGroup(folder: string): Promise<string> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8')
  const mount = mounts.split('\n').find((line) => line.includes(' - cgroup2 '))
  const group = join(mount?.split(' ')[4] ?? '/sys/fs/cgroup', basename(folder))
  await mkdir(group)
  return group
}

/** Control groups hold files that go with their folder, and can't be removed before. */
async function removeControlGroup(group: string): Promise<void> {
  for (const entry of await readdir(group, { withFileTypes: true }))
    if (entry.isDirectory()) await removeControlGroup(join(group, entry.name))
  await rmdir(group)
}

/** Juju's own folder is bound from outside: its agent is this process. */
function boot(of: ToOpen, folder: string, group: string): ChildProcess {
  const binds = [
    `--bind=${folder}/juju:${juju}:idmap`,
    ...of.binds.map((bind) => `--bind=${bind}:${bind}:idmap`),
  ]
  const args = [
    ['--quiet', '--register=no', '--keep-unit', '--boot', '--console=pipe'],
    [`--directory=${join(folder, 'root')}`, `--machine=${of.name}`, '--private-network'],
    [`--private-users=${users}`, '--private-users-ownership=auto', ...binds],
  ]
  const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' }
  const script = 'echo $$ >"$0/cgroup.procs"; exec systemd-nspawn "$@"'
  return spawn('sh', ['-ec', script, group, ...args.flat()], { env, stdio: ['ignore', 'ignore', 'ignore'] })
}

/** systemd-nspawn leaves it to who runs it. */
const wantsToReboot = 133

/** The container's, as soon as it is there. */
async function firstProcess(name: string, nspawn: ChildProcess): Promise<number> {
  return until(name, async () => {
    if (hasEnded(nspawn))
      throw new Error(`container ${name} ended with ${nspawn.exitCode ?? nspawn.signalCode}`)
    const pid = await childOf(nspawn).catch(() => 0)
    const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    return comm.trim() === 'systemd' ? pid : undefined
  })
}

/** Until its services are. */
function untilUp(name: string, pid: number): Promise<number> {
  return until(name, async () => ((await isUp(pid)) ? pid : undefined))
}

async function until<T>(name: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + boots; performance.now() < end; ) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`container ${name} did not boot within ${boots / 1000} s`)
}

async function isUp(pid: number): Promise<boolean> {
  const state = await run('nsenter', ['-t', String(pid), '-a', 'systemctl', 'is-system-running'])
    .then(({ stdout }) => stdout.trim())
    .catch((error: { stdout?: string }) => error.stdout?.trim())
  return state === 'running' || state === 'degraded'
}
