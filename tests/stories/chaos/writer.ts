// A client that never stops writing, and remembers what etcd acknowledged: one key after the other, each tried until a member
// takes it, at whatever endpoints the relation tells by then.

import assert from 'node:assert/strict'
import { noop } from 'cockatiel'
import { Etcd3 } from 'etcd3'
import { credentialsOf, responsesOf } from '../driver/client.ts'
import type { StoryModel } from '../driver/driver.ts'

export interface History {
  readonly acknowledged: number
  /** Requests that failed; each was repeated elsewhere until it was acknowledged. */
  readonly failed: number
  readonly longestGapMs: number
}

const patienceMs = 2000
const rhythmMs = 20
/** To ask a controller takes seconds, so what the relation tells may be as old as this; a write that failed asks again. */
const freshMs = 1000

interface Told {
  readonly endpoints: readonly string[]
  readonly credentials: Awaited<ReturnType<typeof credentialsOf>>
  readonly at: number
}

export class Writer implements AsyncDisposable {
  readonly #model: StoryModel
  readonly #relation: number
  readonly #app: string
  readonly #prefix: string
  readonly #revisions: bigint[] = []
  #connections = new Map<string, Etcd3>()
  #told: Told | undefined
  #failed = 0
  #longestGap = 0
  #stopping = false
  #loop: Promise<void>

  constructor(model: StoryModel, relation: number, app: string, prefix: string) {
    this.#model = model
    this.#relation = relation
    this.#app = app
    this.#prefix = prefix
    this.#loop = this.#write()
    // Whoever finishes hears of it; whoever gave up before that needn't.
    this.#loop.catch(() => {})
  }

  async #write(): Promise<void> {
    let last = performance.now()
    while (!this.#stopping) {
      await this.#put(this.#revisions.length)
      const now = performance.now()
      this.#longestGap = Math.max(this.#longestGap, now - last)
      last = now
      await new Promise((resolve) => setTimeout(resolve, rhythmMs))
    }
  }

  async #put(nth: number): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      const told = await this.#ask(turn > 0 ? 0 : freshMs)
      try {
        const { header } = await this.#connect(told, turn).put(`${this.#prefix}${nth}`).value(String(nth))
        this.#revisions.push(BigInt(header.revision))
        return
      } catch {
        this.#failed += 1
        if (this.#stopping && turn > 20) throw new Error(`write ${nth} is never acknowledged`)
        await new Promise((resolve) => setTimeout(resolve, rhythmMs))
      }
    }
  }

  /** What the relation tells, as old as this at most. */
  async #ask(ageMs: number): Promise<Told> {
    if (this.#told && performance.now() - this.#told.at < ageMs) return this.#told
    const [answer] = await responsesOf(this.#model, this.#relation)
    const credentials = await credentialsOf(this.#model, this.#relation, this.#app)
    this.#told = { endpoints: (answer?.endpoints ?? '').split(','), credentials, at: performance.now() }
    return this.#told
  }

  #connect({ endpoints, credentials }: Told, turn: number): Etcd3 {
    const endpoint = endpoints[turn % endpoints.length] ?? ''
    const name = `${endpoint} ${credentials.rootCertificate} ${credentials.certChain}`
    const known = this.#connections.get(name)
    if (known) return known
    const etcd = new Etcd3({
      hosts: [`https://${endpoint}`],
      credentials,
      faultHandling: { global: noop, host: () => noop },
      defaultCallOptions: () => ({ deadline: Date.now() + patienceMs }),
    })
    this.#connections.set(name, etcd)
    return etcd
  }

  /** How many writes are acknowledged so far. */
  get acknowledged(): number {
    return this.#revisions.length
  }

  #close(): void {
    for (const etcd of this.#connections.values()) etcd.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    await this.#loop.catch(() => {})
    this.#close()
  }

  /** Ends, and reads back: nothing that was acknowledged is lost, changed or out of order. */
  async finish(): Promise<History> {
    this.#stopping = true
    await this.#loop
    const found = await this.#connect(await this.#ask(0), 0)
      .getAll()
      .prefix(this.#prefix)
      .strings()
    this.#revisions.forEach((revision, nth) => {
      assert.equal(found[`${this.#prefix}${nth}`], String(nth), `write ${nth} is lost`)
      assert.ok(nth === 0 || revision > (this.#revisions[nth - 1] ?? 0n), `write ${nth} is out of order`)
    })
    this.#close()
    return {
      acknowledged: this.#revisions.length,
      failed: this.#failed,
      longestGapMs: Math.round(this.#longestGap),
    }
  }
}
