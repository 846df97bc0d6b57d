// What Juju refuses only when a hook commits: a write to a relation that is on its way out, the removal of what is gone. Juju then runs
// the same hook again, for ever, and the hook sees nothing new. So what may be refused is noted on this machine before it is asked
// for, and its commit in the unit's state, which is committed with it: a hook that finds the note without the commit leaves it out.

import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { Environment } from './context.ts'
import type { HookTools } from './hook-tool.ts'
import { namingPath } from './naming-path.ts'

export interface Attempts {
  /**
   * Notes what is about to be asked for, by a name of the caller's. Before the call: the hook may end right after it.
   *
   * @throws Node's error, with `path`, where the charm's folder takes no note: then it must not be asked for
   */
  attempt(name: string): Promise<void>
  /** What an earlier hook asked for and Juju did not commit. */
  refused(): Promise<ReadonlySet<string>>
  /** The hook that asked for it is the one that runs now, again. */
  isRepeated(): boolean
  /** It may be asked for again. */
  forgetRefused(): Promise<void>
  /** The last that a hook does: only of one that came to its end it is known that Juju refused it. Another was killed, and asks again. */
  endAttempts(): Promise<void>
}

const noteSchema = z.object({
  commit: z.string(),
  hook: z.string(),
  asked: z.array(z.string()),
  ended: z._default(z.boolean(), false),
})
type Note = z.infer<typeof noteSchema>
const key = 'attempt'

/** @example if (!(await juju.refused()).has('relation 5')) await juju.attempt('relation 5') */
export function openAttempts(tools: HookTools, env: Environment): Attempts {
  const path = join(env.JUJU_CHARM_DIR ?? '.', '.attempt.json')
  const [commit, hook] = [env.JUJU_CONTEXT_ID ?? '', identityOf(env)]
  const before = readNote(path)
  const asked = new Set<string>()
  let refused: Promise<ReadonlySet<string>> | undefined
  const write = (note: Note): Promise<void> =>
    namingPath(path, writeFile(path, JSON.stringify(note), { mode: 0o600 }))
  const forget = (): Promise<void> => rm(path, { force: true }).catch(untouched)
  const judge = async (): Promise<ReadonlySet<string>> => {
    if (!before) return new Set()
    const committed = await tools.runJson('state-get', [key], z.nullable(z.string()))
    if (committed === before.commit || !before.ended) {
      await forget()
      return new Set()
    }
    // This hook leaves it out. The next one is another, be it of the same name.
    await write({ ...before, hook: '' }).catch(untouched)
    return new Set(before.asked)
  }
  return {
    async attempt(name) {
      if (asked.has(name)) return
      const first = asked.size === 0
      await write({ commit, hook, asked: [...asked, name], ended: false })
      asked.add(name)
      if (first) await tools.run('state-set', [`${key}=${commit}`])
    },
    refused() {
      refused ??= judge()
      return refused
    },
    isRepeated: () => before?.hook === hook,
    async forgetRefused() {
      refused = Promise.resolve(new Set())
      if (asked.size === 0) await forget()
    },
    async endAttempts() {
      if (asked.size > 0) await write({ commit, hook, asked: [...asked], ended: true }).catch(untouched)
    },
  }
}

/**
 * In a folder that takes no writes the note stays as it is, or is cut short: then this hook counts as killed, and what Juju refuses is asked
 * for again, as far as it can be noted. That the folder takes none is told by whoever is to note something.
 */
const untouched = (): void => undefined

/** What Juju runs again is told in the same words. */
function identityOf(env: Environment): string {
  const names = ['DISPATCH_PATH', 'RELATION_ID', 'REMOTE_UNIT', 'REMOTE_APP', 'SECRET_ID', 'SECRET_REVISION']
  return names.map((name) => env[`JUJU_${name}`] ?? '').join(' ')
}

/** A file that was cut short tells nothing. */
function readNote(path: string): Note | undefined {
  try {
    return z.safeParse(noteSchema, JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}
