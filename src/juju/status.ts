// Workload statuses. Set at once by Juju, whatever becomes of the hook; written only where they differ.

import * as z from 'zod/mini'
import { plainLines } from '../plain-text.ts'
import { NotAllowed, NotLeader } from './errors.ts'
import type { HookTools } from './hook-tool.ts'

export interface WorkloadStatus {
  readonly status: 'active' | 'waiting' | 'blocked' | 'maintenance'
  readonly message: string
}

/** Juju knows more words than a charm may set. */
export interface StatusRead {
  readonly status: string
  readonly message: string
}

export interface Statuses {
  /**
   * Reads this unit's status, and as the leader the application's in the same call, for `setStatus` to compare with: the earlier
   * it begins, the less a hook waits for it. The unit's comes first; an empty message tells of nothing.
   */
  readStatuses(of: { readonly leader: boolean }): Promise<readonly StatusRead[]>
  /**
   * Sets this unit's status or, as the leader, the application's; makes no write where it is so already.
   *
   * @throws {NotLeader} where the application's is another's to set
   */
  setStatus(status: WorkloadStatus, of?: { readonly application?: boolean }): Promise<void>
  setApplicationVersion(version: string): Promise<void>
}

const one = z.object({ status: z.string(), message: z._default(z.string(), '') })
const application = z.object({
  'application-status': z.extend(one, { units: z._default(z.record(z.string(), one), {}) }),
})
type Known = z.infer<typeof one>

/** A status is one line of a table. */
const longest = 1_000

function shorten(message: string): string {
  const line = message.replaceAll('\n', ' ')
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`
}

/** @example await openStatuses(tools, 'etcd/0').setStatus({ status: 'active', message: '' }) */
export function openStatuses(tools: HookTools, unit: string): Statuses {
  let [ofUnit, ofApplication]: [Known | undefined, Known | undefined] = [undefined, undefined]
  const readUnit = async (): Promise<Known> => tools.runJson('status-get', ['--include-data'], one)
  const readApplication = async (): Promise<Known> => {
    const args = ['--include-data', '--application']
    const { units, ...found } = (await tools.runJson('status-get', args, application))['application-status']
    ofUnit ??= units[unit]
    return found
  }
  return {
    async readStatuses({ leader }) {
      if (leader) ofApplication ??= await readApplication()
      ofUnit ??= await readUnit()
      return [ofUnit, ...(leader && ofApplication ? [ofApplication] : [])]
    },
    async setStatus({ status, message: told }, { application = false } = {}) {
      const message = shorten(plainLines(told))
      if (application) ofApplication ??= await asLeader(readApplication())
      else ofUnit ??= await readUnit()
      const current = application ? ofApplication : ofUnit
      if (current?.status === status && current.message === message) return
      const set = tools.run('status-set', [...(application ? ['--application'] : []), status, '--', message])
      await (application ? asLeader(set) : set)
      if (application) ofApplication = { status, message }
      else ofUnit = { status, message }
    },
    async setApplicationVersion(version) {
      await tools.run('application-version-set', [version])
    },
  }
}

/** In Juju 4.0 the refusal of one that leads no more is that of anybody without a permission. */
async function asLeader<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw error instanceof NotAllowed ? new NotLeader(error.call, { cause: error }) : error
  }
}
