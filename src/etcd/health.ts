// A member's health, asked from etcd itself on its metrics listener: no TLS, no gRPC, a few milliseconds. etcd answers it by a
// linearizable read of its own, so a healthy member has a quorum behind it.

import * as z from 'zod/mini'

export type Health =
  | { readonly healthy: true }
  /** `silent`: it gave no answer at all. `refused`: as nothing listens there. */
  | {
      readonly healthy: false
      readonly reason: string
      readonly silent: boolean
      readonly refused?: boolean
    }

/** Alarms are no reason here: access control, members and reads go on, and each alarm has a message and a cure of its own. */
const path = '/health?exclude=NOSPACE&exclude=CORRUPT'

export interface HealthOptions {
  readonly timeoutMs?: number
  /** Whether the member must reach a quorum; otherwise it is enough that it serves what it has. */
  readonly quorum?: boolean
}

const schema = z.object({ health: z.string(), reason: z.optional(z.string()) })

export async function readHealth(
  metricsUrl: string,
  { timeoutMs = 5000, quorum = true }: HealthOptions = {},
): Promise<Health> {
  try {
    return readAnswer(await get(new URL(quorum ? path : `${path}&serializable=true`, metricsUrl), timeoutMs))
  } catch (error) {
    const reason = `etcd does not answer at ${metricsUrl}: ${describe(error)}`
    const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
    return { healthy: false, reason, silent: true, ...(refused && { refused }) }
  }
}

function readAnswer(body: string): Health {
  const answer = schema.parse(JSON.parse(body))
  if (answer.health === 'true') return { healthy: true }
  const reason = `etcd says it is not healthy: ${answer.reason || 'it gives no reason'}`
  return { healthy: false, reason, silent: false }
}

/** By node:http, which is loaded no sooner than here; `fetch` would cost more than the answer. */
async function get(url: URL, timeoutMs: number): Promise<string> {
  const [http, { text }] = await Promise.all([import('node:http'), import('node:stream/consumers')])
  const signal = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent: false, signal }, (response) => text(response).then(resolve, reject))
      .once('error', reject)
  })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'AbortError' || error.name === 'TimeoutError' ? 'no answer in time' : error.message
}
