// Workload statuses. Set at once by Juju, whatever becomes of the hook; written only where they differ.

import * as z from 'zod/mini'
import type { HookTools } from './hook-tool.ts'

export interface WorkloadStatus {
  readonly status: 'active' | 'waiting' | 'blocked' | 'maintenance'
  readonly message: string
}

export interface Statuses {
  /** Sets this unit's status or, as the leader, the application's; makes no write where it is so already. */
  setStatus(status: WorkloadStatus, of?: { readonly application?: boolean }): Promise<void>
  setApplicationVersion(version: string): Promise<void>
}

const one = z.object({ status: z.string(), message: z._default(z.string(), '') })
const unitSchema = one
const applicationSchema = z.object({ 'application-status': one })

/** @example await openStatuses(tools).setStatus({ status: 'active', message: '' }) */
export function openStatuses(tools: HookTools): Statuses {
  const read = async (application: boolean): Promise<z.infer<typeof one>> => {
    if (!application) return tools.runJson('status-get', ['--include-data'], unitSchema)
    const found = await tools.runJson('status-get', ['--include-data', '--application'], applicationSchema)
    return found['application-status']
  }
  return {
    async setStatus({ status, message }, { application = false } = {}) {
      const current = await read(application)
      if (current.status === status && current.message === message) return
      await tools.run('status-set', [...(application ? ['--application'] : []), status, '--', message])
    },
    async setApplicationVersion(version) {
      await tools.run('application-version-set', [version])
    },
  }
}
