// The agent's ear for `juju-exec`, a program of the unit's machine: as long as the unit lives, anybody there may have a line run in its
// context, between two hooks.

import { rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { agentFolder } from './environment.ts'
import { endFrames, readFrames } from './frames.ts'
import type { HookToRun, Unit } from './state.ts'

interface Ear {
  readonly server: Server
  readonly asking: Set<Socket>
}

const ears = new WeakMap<Unit, Ear>()

export async function openRunSocket(unit: Unit): Promise<void> {
  const path = unit.host.outside(`${agentFolder(unit)}/run.socket`)
  await rm(path, { force: true })
  const asking = new Set<Socket>()
  const server = createServer((socket) => {
    asking.add(socket)
    socket.on('error', () => {}).on('close', () => asking.delete(socket))
    void queue(unit, socket)
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  server.unref()
  ears.set(unit, { server, asking })
}

/** Whoever still waits for an answer gets none. */
export function closeRunSocket(unit: Unit): void {
  const ear = ears.get(unit)
  ears.delete(unit)
  for (const socket of ear?.asking ?? []) socket.destroy()
  ear?.server.close()
}

async function queue(unit: Unit, socket: Socket): Promise<void> {
  const [command = ''] = await readFrames(socket, (frames) => frames.length === 1)
  const line: HookToRun = {
    name: 'run-commands',
    env: {},
    command,
    done: () => {},
    ended({ code, stdout, stderr }, refusal) {
      unit.commands.splice(unit.commands.indexOf(line), 1)
      if (refusal === undefined) socket.end(endFrames(code, stdout, stderr))
      else socket.end(endFrames(1, stdout, `${stderr}ERROR ${refusal}\n`))
    },
  }
  unit.commands.push(line)
}
