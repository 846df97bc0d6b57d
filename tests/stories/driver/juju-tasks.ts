// What `juju run` and `juju exec` have Juju do on units: its tasks. juju gives up on one that its agent begins late, and prints nothing
// of it: then it is asked for by its number, and waited for once more.

import type { ActionResult, Ended } from './driver.ts'
import { type JujuCli, JujuFailed } from './juju-cli.ts'
import { bagOf, parseTask, parseTasks, type Task, textOf } from './juju-json.ts'

type Tasks = ReadonlyMap<string, Task>

/** By unit; `app/leader` comes back under the unit's own name. An error calls it by `what`. */
export async function runTasks(
  juju: JujuCli,
  what: string,
  [command, ...args]: readonly ['run' | 'exec', ...string[]],
): Promise<Tasks> {
  const { code, stdout, stderr } = await juju.ask(command, '--format=json', '--wait=5m', ...args)
  const done = new Map(parseTasks(stdout))
  for (const { id, unit } of begun(stderr)) if (!done.has(unit)) done.set(unit, await awaitTask(juju, id))
  if (done.size === 0) throw new JujuFailed(`juju ${what} failed with ${code}: ${stderr.trim()}`)
  for (const [unit, { status }] of done)
    if (/^(pending|running)$/.test(status))
      throw new JujuFailed(`juju ${what} is still ${status} on ${unit}: ${stderr.trim()}`)
  return done
}

/** As juju says on stderr: `- task 312 on unit-a-0`. */
function begun(stderr: string): readonly { readonly id: string; readonly unit: string }[] {
  const lines = stderr.matchAll(/^\s*- task (\d+) on unit-(\S+)-(\d+)$/gm)
  return [...lines].map(([, id = '', app = '', number = '']) => ({ id, unit: `${app}/${number}` }))
}

async function awaitTask(juju: JujuCli, id: string): Promise<Task> {
  return parseTask(await juju.run('show-task', id, '--format=json', '--wait=5m'))
}

const jujus = new Set(['return-code', 'stdout', 'stderr'])

export function actionOf({ status, message = '', results }: Task): ActionResult {
  const own = Object.entries(results ?? {}).filter(([key]) => !jujus.has(key))
  return { status, message, results: bagOf(Object.fromEntries(own)) }
}

/** How the program ended. */
export function endOf(unit: string, { status, message = '', results }: Task): Ended {
  if (status !== 'completed') throw new JujuFailed(`juju exec on ${unit} ended with ${status}: ${message}`)
  const { 'return-code': code = 0, stdout = '', stderr = '' } = results ?? {}
  return { code: Number(code), stdout: textOf(stdout), stderr: textOf(stderr) }
}
