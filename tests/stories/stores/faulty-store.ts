// A store that goes wrong: a server before moto that passes on what it gets, unless it is told otherwise.

import { createServer, type IncomingMessage, request as passOn, type ServerResponse } from 'node:http'
import { freePort, type Server, startMoto } from './start-store.ts'

export type Fault =
  | { readonly kind: 'none' }
  /** It answers so to requests that the choice is about. */
  | {
      readonly kind: 'answers'
      readonly status: number
      readonly code: string
      readonly message: string
      readonly about?: RegExp
    }
  /** It takes so long before it passes a request on. */
  | { readonly kind: 'slow'; readonly ms: number; readonly about?: RegExp }
  /** It keeps a request until it is told of another fault, however long whatever is to happen meanwhile takes on this machine. */
  | { readonly kind: 'holds'; readonly about?: RegExp }
  /** What it answers has another byte in it. */
  | { readonly kind: 'flips'; readonly about?: RegExp }
  /** It closes the connection. */
  | { readonly kind: 'breaks'; readonly about?: RegExp }

export interface FaultyStore extends AsyncDisposable {
  readonly url: string
  /** Of the store behind it, which never fails. */
  readonly behind: Server
  now(fault: Fault): void
  /** What was asked, as `PUT /bucket/key?query`. */
  readonly asked: string[]
  /** Resolves once so many requests that it is about have come. */
  until(about: RegExp, count?: number): Promise<void>
}

export async function startFaultyStore(host: string): Promise<FaultyStore> {
  const behind = await startMoto(host)
  const asked: string[] = []
  let fault: Fault = { kind: 'none' }
  let changed = Promise.withResolvers<void>()
  const waiting = new Set<() => void>()
  const port = await freePort()
  const server = createServer((asking, answering) => {
    const what = `${asking.method} ${asking.url}`
    asked.push(what)
    for (const look of waiting) look()
    void meet({ fault, changed: changed.promise, behind }, what, asking, answering)
  })
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return {
    url: `http://${host}:${port}`,
    behind,
    asked,
    now(next) {
      fault = next
      changed.resolve()
      changed = Promise.withResolvers()
    },
    until(about, count = 1) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (asked.filter((what) => about.test(what)).length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await behind[Symbol.asyncDispose]()
    },
  }
}

async function meet(
  {
    fault,
    changed,
    behind,
  }: { readonly fault: Fault; readonly changed: Promise<void>; readonly behind: Server },
  what: string,
  asking: IncomingMessage,
  answering: ServerResponse,
): Promise<void> {
  const meant = fault.kind !== 'none' && (fault.about?.test(what) ?? true)
  if (meant && fault.kind === 'breaks') {
    asking.socket.destroy()
    return
  }
  if (meant && fault.kind === 'answers') {
    asking.resume()
    const { status, code, message } = fault
    answering.writeHead(status, { 'content-type': 'application/xml' })
    answering.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`)
    return
  }
  if (meant && fault.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
  if (meant && fault.kind === 'holds') await changed
  const { host, port } = behind
  const passed = passOn(
    { host, port, method: asking.method, path: asking.url, headers: asking.headers },
    (answer) => {
      answering.writeHead(answer.statusCode ?? 502, answer.headers)
      const flips = meant && fault.kind === 'flips'
      if (flips) answer.once('data', (chunk: Buffer) => chunk.writeUInt8(chunk.readUInt8(0) ^ 1, 0))
      answer.pipe(answering)
    },
  )
  passed.on('error', () => answering.destroy())
  asking.pipe(passed)
}
