// What the container's tests begin with: a model in which the machines of `etcd` are system containers, those of clients the
// emulator's own hosts, and a release tarball of etcd for sites without a store.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openContainer } from '../emulator/host/container.ts'
import { type Host, openHost, type ToOpen } from '../emulator/host/host.ts'
import type { Model } from '../emulator/index.ts'
import { openWorld } from '../stories/world.ts'
import { binary } from '../unit/etcd/etcd-server.ts'
import { createTarball } from '../unit/machine/tarball.ts'

export interface Machines extends AsyncDisposable {
  readonly model: Model
  /** etcd's, which stays when its unit is gone: like one that other charms have units on. */
  readonly machine: Host
  readonly tarball: string
}

/** What a command on the machine printed. */
export async function ask(machine: Host, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await machine.run(argv)
  assert.equal(code, 0, `${argv.join(' ')}: ${stderr}${stdout}`)
  return stdout.trim()
}

export async function openMachines(): Promise<Machines> {
  const image = process.env.CONTAINER_IMAGE
  if (!image) throw new Error('CONTAINER_IMAGE is not set: run this by `make container`')
  const folder = await mkdtemp(join(tmpdir(), 'container-test-'))
  const opened: Host[] = []
  const openMachine = async (of: ToOpen): Promise<Host> => {
    if (!of.name.startsWith('etcd-')) return openHost(of)
    const machine = opened[0] ?? (await openContainer(of, image))
    opened.push(machine)
    return stays(machine)
  }
  const model = await openWorld({ openMachine })
  return {
    model,
    get machine() {
      const [machine] = opened
      if (!machine) throw new Error('no unit of etcd was deployed yet')
      return machine
    },
    tarball: packRelease(folder),
    async [Symbol.asyncDispose]() {
      await model[Symbol.asyncDispose]()
      await opened[0]?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** As upstream packs it, from the etcd that this machine tests with. */
function packRelease(folder: string): string {
  const programs = {
    etcd: readProgram('etcd'),
    etcdctl: readProgram('etcdctl'),
    etcdutl: readProgram('etcdutl'),
  }
  return createTarball(folder, 'release', { top: 'etcd-v3-linux', programs })
}

const readProgram = (name: 'etcd' | 'etcdctl' | 'etcdutl'): Buffer => readFileSync(binary(name))

function stays(machine: Host): Host {
  return {
    ...machine,
    get address() {
      return machine.address
    },
    get enter() {
      return machine.enter
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
