// A hook tool's failure, by what the caller can do about it. Juju has no error codes: 3.6 and 4.0 are told apart, and alike,
// by parts of their texts (facts on both are in the tests).

export interface FailedCall {
  readonly tool: string
  readonly args: readonly string[]
  readonly exitCode: number | undefined
  readonly stderr: string
}

/** A hook tool failed and no caller can help it: a bug in the charm or in Juju. */
export class ToolError extends Error {
  override readonly name: string = 'ToolError'
  readonly call: FailedCall

  constructor(call: FailedCall, options?: ErrorOptions) {
    const said = call.stderr.trim().replace(/^ERROR /, '') || `exit code ${call.exitCode}`
    super(`${[call.tool, ...call.args].join(' ')}: ${said}`, options)
    this.call = call
  }
}

/** What was asked for does not exist. */
export class NotFound extends ToolError {
  override readonly name = 'NotFound'
}

/** It exists, and this unit may not have it (no grant, not the owner). */
export class NotAllowed extends ToolError {
  override readonly name = 'NotAllowed'
}

/** Only the leader may do this, and this unit is not, or no longer. */
export class NotLeader extends ToolError {
  override readonly name = 'NotLeader'
}

/** The relation no longer exists, though Juju may list it yet. */
export class RelationGone extends ToolError {
  override readonly name = 'RelationGone'
}

/** What was asked of a relation; `undefined` where Juju no longer knows it. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof RelationGone) return undefined
    throw error
  }
}

/** What was asked for; `undefined` where this unit leads no more. */
export async function unlessFollowing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof NotLeader) return undefined
    throw error
  }
}

/** What was asked for; `undefined` where it does not exist. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** What was asked for; `undefined` where Juju does not show it now, which is no word about whether it is there. */
export async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof NotAllowed || error instanceof NotFound) return undefined
    throw error
  }
}

/**
 * What somebody else's secret holds; `undefined` where Juju does not give it out, for whatever reason: by a URI that names no secret, of a
 * model that it does not know, from a store of secrets or a controller that is away. Whose URI it is must not fail a hook by it.
 */
export async function unlessUnreadable<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ToolError && !(error instanceof NotLeader)) return undefined
    throw error
  }
}

const classes = [
  [RelationGone, /relation not found|relation "[^"]*" not found/],
  [NotLeader, /not the leader|is not leader of|cannot write relation settings|lease not held/],
  [NotAllowed, /permission denied|access denied|unauthorized access|is not allowed to/],
  [NotFound, /not found/],
] as const

/** Sorts a failure into the classes above. */
export function classifyFailure(call: FailedCall, options?: ErrorOptions): ToolError {
  const found = classes.find(([, text]) => text.test(call.stderr))
  return found ? new found[0](call, options) : new ToolError(call, options)
}
