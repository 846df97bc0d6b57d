// The unit's log. What looks like a private key never gets there.

import { plainLines } from '../plain-text.ts'
import type { HookTools } from './hook-tool.ts'

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR'

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g

/** @example redact('key: -----BEGIN PRIVATE KEY-----…') // 'key: ***' */
export function redact(text: string): string {
  return text.replace(privateKey, '***')
}

export interface Log {
  log(level: LogLevel, message: string): Promise<void>
}

export function openLog(tools: HookTools): Log {
  return {
    async log(level, message) {
      await tools.run('juju-log', ['--log-level', level, '--', plainLines(redact(message))])
    },
  }
}
