// A client that asks all the time, at every member, and counts what fails: the first try, and the one retry at the next member.

import { setTimeout as sleep } from 'node:timers/promises'
import { noop } from 'cockatiel'
import { Etcd3 } from 'etcd3'
import type { Model } from '../emulator/index.ts'
import { credentialsOf, responsesOf } from './world.ts'

/** Requests on their way to each member at any time. */
const inFlight = 4
const patienceMs = 5000

export interface Load {
  readonly requests: number
  /** Of the first try, by kind: `auth store`, `unavailable`, or etcd's own words. */
  readonly failures: ReadonlyMap<string, number>
  readonly failedAgain: number
}

export function startLoad(model: Model, relation: number): { finish(): Promise<Load> } {
  const endpoints = responsesOf(model, relation)[0]?.endpoints?.split(',') ?? []
  const credentials = credentialsOf(model, relation, 'web')
  const connections = endpoints.map(
    (endpoint) =>
      new Etcd3({
        hosts: [`https://${endpoint}`],
        credentials,
        faultHandling: { global: noop, host: () => noop },
        defaultCallOptions: () => ({ deadline: Date.now() + patienceMs }),
      }),
  )
  const failures = new Map<string, number>()
  let [requests, failedAgain, stopping] = [0, 0, false]
  const at = (turn: number): Etcd3 | undefined => connections[turn % connections.length]
  const work = async (worker: number): Promise<void> => {
    const ask = async (etcd: Etcd3 | undefined): Promise<unknown> =>
      requests % 2 === 0
        ? await etcd?.put(`/web/${worker}`).value(String(requests))
        : await etcd?.get(`/web/${worker}`)
    while (!stopping) {
      requests += 1
      try {
        await ask(at(worker))
      } catch (error) {
        const kind = kindOf(error)
        failures.set(kind, (failures.get(kind) ?? 0) + 1)
        // Another member, a moment later: what docs/how-to/write-a-requirer.md says.
        await sleep(100)
        await ask(at(worker + 1)).catch(() => {
          failedAgain += 1
        })
      }
      await sleep(5)
    }
  }
  const workers = Array.from({ length: inFlight * endpoints.length }, (_, worker) => work(worker))
  return {
    async finish() {
      stopping = true
      await Promise.all(workers)
      for (const etcd of connections) etcd.close()
      return { requests, failures, failedAgain }
    },
  }
}

function kindOf(error: unknown): string {
  const message = String(error)
  if (/revision of auth store is old/.test(message)) return 'auth store'
  // The last two are grpc-js's words for a member that stopped while it was answering.
  const away =
    /unavailable|connect|transport|timed? ?out|leader|ECONN|dropped|deadline|HTTP status code|RST_STREAM/i
  return away.test(message) ? 'unavailable' : message
}
