// Real servers of object stores, beside the emulator's machines and on their network. What they are fetched by is scripts/provide-object-stores.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasEnded } from '../../fixtures/has-ended.ts'
import type { Model } from '../../emulator/index.ts'

export type StoreKind = 'moto' | 'azurite' | 'fake-gcs-server' | 'minio'

/** The command that starts it, or why it can't be had here. */
export function provided(kind: StoreKind): { readonly path: string } | { readonly missing: string } {
  try {
    const env = { ...process.env, NO_FETCH: '1' }
    return { path: execFileSync('scripts/provide-object-stores', [kind], { env, encoding: 'utf8' }).trim() }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}

/** For `skip`: false where it is there. */
export function lacks(kind: StoreKind): string | false {
  const found = provided(kind)
  return 'missing' in found && `SKIPPED, no ${kind} here: ${found.missing}`
}

export interface Server extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** As machines reach it. */
  readonly url: string
  log(): string
}

export interface ToStart {
  readonly host: string
  readonly port: number
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly scheme?: 'http' | 'https'
}

/** Ready as soon as its port takes connections. */
export async function startServer({
  host,
  port,
  command,
  env = {},
  scheme = 'http',
}: ToStart): Promise<Server> {
  const [program = '', ...args] = command
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const until = performance.now() + 60_000
  while (!(await answers(host, port))) {
    if (hasEnded(child) || performance.now() > until)
      throw new Error(`${program} does not listen on ${host}:${port}:\n${said}`)
    await sleep(50)
  }
  return {
    host,
    port,
    url: `${scheme}://${host}:${port}`,
    log: () => said,
    async [Symbol.asyncDispose]() {
      if (hasEnded(child)) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function answers(host: string, port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}

/** This process's own address on the network of the model's machines: the bridge's. */
export function addressFor(model: Model, unit: string): string {
  return model.unit(unit).host.address.replace(/\.\d+$/, '.1')
}

export async function startMoto(host: string): Promise<Server> {
  const found = provided('moto')
  if ('missing' in found) throw new Error(found.missing)
  const port = await freePort()
  return startServer({ host, port, command: [found.path, '-H', host, '-p', String(port)] })
}
