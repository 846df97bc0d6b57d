// What an operator has a unit do beside its hooks: an action of the charm, or what `juju exec` runs in its place. Neither puts the
// unit in error.

import type { Bag, Profile } from './state.ts'

export interface Action {
  readonly id: string
  readonly name: string
  readonly params: Readonly<Record<string, unknown>>
  /** Of `juju exec`: what a shell runs in place of the charm. */
  readonly command?: string
  /** By dotted keys, the one that was set last at the end. */
  readonly results: Bag
  /** One that ran when its machine was rebooted stays `running` in Juju 4.0. */
  status: 'pending' | 'running' | 'completed' | 'failed'
  message: string
  readonly output: { code: number; stdout: string; stderr: string }
}

/** The name that Juju gives to what `juju exec` runs. */
export const execName = 'juju-exec'

export function newAction(of: Pick<Action, 'id' | 'name' | 'params' | 'command'>): Action {
  return { ...of, results: {}, status: 'pending', message: '', output: { code: 0, stdout: '', stderr: '' } }
}

/** Its process has ended: what it printed, and why the charm failed, where it did. */
export function endAction(action: Action, output: Action['output'], failure: string | undefined): void {
  Object.assign(action.output, output)
  if (action.status === 'pending') action.status = failure === undefined ? 'completed' : 'failed'
  if (failure !== undefined) action.message = failure
}

/** It ended well, and Juju refused what it wanted. What it said of its own failure stays. */
export function refuseAction(
  action: Action,
  output: Action['output'],
  refusal: string,
  profile: Profile,
): void {
  const stderr = output.stderr === '' ? refusal : `${output.stderr}\n${refusal}`
  const code = profile === '3.6' && output.code === 0 ? 1 : output.code
  Object.assign(action.output, { ...output, stderr, code })
  action.status = 'failed'
  if (action.message === '') action.message = 'committing requested changes failed'
}

/** As `juju run` prints them: dotted keys are maps within maps, and what was set last is what counts. */
export function printResults({ results, output }: Action): Readonly<Record<string, unknown>> {
  const printed: Nested = {}
  for (const [key, value] of Object.entries(results)) put(printed, key.split('.'), value)
  const { code, stdout, stderr } = output
  return { ...printed, 'return-code': code, ...(stdout && { stdout }), ...(stderr && { stderr }) }
}

interface Nested {
  [key: string]: string | Nested
}

function put(into: Nested, [key = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    into[key] = value
    return
  }
  const there = into[key]
  const below: Nested = typeof there === 'object' ? there : {}
  into[key] = below
  put(below, rest, value)
}
