// A client that never stops writing, and remembers what etcd acknowledged: one key after the other, each tried until a member
// takes it, at whatever endpoints the relation tells by then.

import assert from 'node:assert/strict'
import { noop } from 'cockatiel'
import { Etcd3 } from 'etcd3'
import type { Model } from '../../emulator/index.ts'
import { credentialsOf, responsesOf } from '../world.ts'

export interface History {
  readonly acknowledged: number
  /** Requests that failed; each was repeated elsewhere until it was acknowledged. */
  readonly failed: number
  readonly longestGapMs: number
}

const patienceMs = 2000
const rhythmMs = 20

export class Writer implements AsyncDisposable {
  readonly #model: Model
  readonly #relation: number
  readonly #app: string
  readonly #prefix: string
  readonly #revisions: bigint[] = []
  #connections = new Map<string, Etcd3>()
  #failed = 0
  #longestGap = 0
  #stopping = false
  #loop: Promise<void>

  constructor(model: Model, relation: number, app: string, prefix: string) {
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
      const endpoints = this.#endpoints()
      const endpoint = endpoints[turn % endpoints.length]
      try {
        const { header } = await this.#connect(endpoint ?? '')
          .put(`${this.#prefix}${nth}`)
          .value(String(nth))
        this.#revisions.push(BigInt(header.revision))
        return
      } catch {
        this.#failed += 1
        if (this.#stopping && turn > 20) throw new Error(`write ${nth} is never acknowledged`)
        await new Promise((resolve) => setTimeout(resolve, rhythmMs))
      }
    }
  }

  #endpoints(): readonly string[] {
    return (responsesOf(this.#model, this.#relation)[0]?.endpoints ?? '').split(',')
  }

  #connect(endpoint: string): Etcd3 {
    const credentials = credentialsOf(this.#model, this.#relation, this.#app)
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
    const [endpoint = ''] = this.#endpoints()
    const found = await this.#connect(endpoint).getAll().prefix(this.#prefix).strings()
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
