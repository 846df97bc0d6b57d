// A `juju` for the emulator: a program of that name on the PATH, behind which a model of the emulator runs its hooks by itself, as a
// controller's agents do. So the juju driver is tried with real stories where no controller is.

import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import * as z from 'zod/mini'
import { type Model, openAnotherModel } from '../../../emulator/index.ts'
import { answer } from './commands.ts'

export interface Front extends AsyncDisposable {
  /** Goes first on the PATH. */
  readonly folder: string
  readonly controller: Controller
}

export interface Controller {
  readonly models: Map<string, Running>
  add(name: string): Promise<void>
}

/** A model whose hooks run as soon as there are some. */
export interface Running {
  readonly model: Model
  /** Lets hooks run until rest, after what is under way; returns what the act returned. */
  work<T>(act: () => Promise<T> | T): Promise<T>
  /** Waits for rest, and acts when nothing else does. */
  alone<T>(act: () => Promise<T>): Promise<T>
  readonly busy: () => boolean
}

export function startRunning(model: Model): Running {
  let queue: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    model,
    busy: () => waiting > 0,
    async work(act) {
      waiting += 1
      try {
        return await act()
      } finally {
        // An act that was refused, or hooks that go on failing, leave the model at rest, and whoever comes next his turn.
        queue = queue
          .then(() => model.settle())
          .catch(() => {})
          .finally(() => {
            waiting -= 1
          })
      }
    },
    alone(act) {
      const done = queue.then(act)
      queue = done.catch(() => {})
      return done
    },
  }
}

const program = (socket: string): string => `#!${process.execPath}
const connection = require('node:net').connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true })
connection.end(JSON.stringify(process.argv.slice(2)))
let said = ''
connection.on('data', (part) => { said += part })
connection.on('end', () => {
  const { code, stdout, stderr } = JSON.parse(said)
  process.stdout.write(stdout, () => process.stderr.write(stderr, () => process.exit(code)))
})
`

export async function openFront(open: () => Promise<Model>): Promise<Front> {
  const folder = await mkdtemp(join(tmpdir(), 'juju-'))
  const models = new Map<string, Running>()
  // The first model brings the machines' network; it ends last.
  let first: Model | undefined
  const controller: Controller = {
    models,
    async add(name) {
      const model = first ? openAnotherModel(first, name) : await open()
      first ??= model
      models.set(name, startRunning(model))
    },
  }
  const server = createServer({ allowHalfOpen: true }, async (connection) => {
    const words = z.array(z.string()).parse(JSON.parse(await text(connection)))
    connection.end(JSON.stringify(await answer(controller, words)))
  })
  server.listen(join(folder, 'socket'))
  await once(server, 'listening')
  await writeFile(join(folder, 'juju'), program(join(folder, 'socket')))
  await chmod(join(folder, 'juju'), 0o755)
  return {
    folder,
    controller,
    async [Symbol.asyncDispose]() {
      server.close()
      await first?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
