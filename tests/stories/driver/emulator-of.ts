// What only the emulator has, for the steps of a story that say they need it. Nothing of the emulator is loaded here: on a controller
// it is not there.

import type { HookRun, Model } from '../../emulator/index.ts'
import type { StoryModel } from './driver.ts'

export interface EmulatedModel extends StoryModel {
  readonly emulator: Model
}

/** The emulator's own model, for a story that needs what only it has. */
export function emulatorOf(model: StoryModel): Model {
  if (isEmulated(model)) return model.emulator
  throw new Error('this is no model of the emulator; declare what the story needs')
}

export function isEmulated(model: StoryModel): model is EmulatedModel {
  return 'emulator' in model
}

/** The hooks that ran during that. A controller shows none: what is said of them is said in a step that needs the journal, or `whereShown`. */
export async function runsDuring(model: StoryModel, act: () => Promise<void>): Promise<readonly HookRun[]> {
  const { journal } = isEmulated(model) ? model.emulator.tables : { journal: [] }
  const before = journal.length
  await act()
  return journal.slice(before)
}

const writing = new Set([
  'relation-set',
  'state-set',
  'state-delete',
  'secret-add',
  'secret-set',
  'secret-grant',
  'secret-revoke',
  'secret-remove',
  'open-port',
  'close-port',
  'status-set',
  'application-version-set',
])

/** The hook-tool calls of these runs that change the model. */
export function writesOf(runs: readonly HookRun[]): readonly string[] {
  return runs.flatMap((run) =>
    run.calls
      .filter((call) => writing.has(call.tool))
      .map((call) => `${run.hook}: ${call.tool} ${call.args.join(' ')}`),
  )
}
