// What a step did to the model, each with what takes it back: so that a step that fails does not make all later ones fail with it.

import type { StoryModel, Values } from './driver.ts'

export interface Undo {
  readonly what: string
  undo(): Promise<void>
}

/** The same model, which notes in `undos` how to take back what is done from now on. Units that were added stay. */
export function noteUndos(model: StoryModel, undos: Undo[]): StoryModel {
  const configured = new Map<string, Values>()
  const note = (what: string, undo: () => Promise<void>): void => void undos.push({ what, undo })
  return {
    ...model,
    another: async () => noteUndos(await model.another(), undos),
    async deploy(app, what) {
      await model.deploy(app, what)
      configured.set(app, what.config ?? {})
      note(`deploy ${app}`, () => model.removeApplication(app))
    },
    async integrate(one, other) {
      const relation = await model.integrate(one, other)
      note(`integrate ${one} ${other}`, () => model.removeRelation(relation))
      return relation
    },
    async suspendRelation(relation) {
      await model.suspendRelation(relation)
      note(`suspend relation ${relation}`, () => model.resumeRelation(relation))
    },
    async configure(app, values) {
      const before = configured.get(app) ?? {}
      await model.configure(app, values)
      configured.set(app, { ...before, ...values })
      note(`configure ${app}`, async () => {
        configured.set(app, before)
        const unset = Object.keys(values).filter((name) => !(name in before))
        if (unset.length > 0) await model.resetConfiguration(app, unset)
        const known = Object.entries(before).filter(([name]) => name in values)
        if (known.length > 0) await model.configure(app, Object.fromEntries(known))
      })
    },
  }
}

/** The last first. What is gone by now, or can't be taken back, is told: the failure of the step is what counts. */
export async function undoAll(model: StoryModel, undos: readonly Undo[]): Promise<void> {
  for (const { what, undo } of undos.toReversed())
    await undo().catch((error: unknown) => console.error(`not taken back: ${what} (${String(error)})`))
  await model.settle().catch((error: unknown) => console.error(`after a step that failed: ${String(error)}`))
}
