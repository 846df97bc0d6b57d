// A story runs on the driver that STORY_DRIVER names, the emulator or juju, and does not know which. One that needs what the
// driver can't give is skipped, and says so.

import { type TestContext, test } from 'node:test'
import { type Driver, type Need, needs, type Profile, type StoryModel } from './driver.ts'
import { noteUndos, type Undo, undoAll } from './undo.ts'

export interface Needing {
  readonly needs?: readonly Need[]
}

export interface StoryOptions extends Needing {
  /** Told once for each Juju that the driver can be, or by the one that is named, where the driver has the choice. */
  readonly profiles?: 'each' | Profile
  /** The story deploys etcd in a way of its own, or leaves it so: it gets a model for itself, which costs minutes on a controller. */
  readonly ownModel?: boolean
}

export interface Story {
  readonly model: StoryModel
  /** What a step that fails did to the model is taken back, so that the next ones tell something of their own. */
  step(title: string, body: () => Promise<void>, needing?: Needing): Promise<void>
  /** Within a step, what only some drivers show: on the others one diagnostic of the story says what was not looked at. */
  whereShown(need: Need, body: () => Promise<void>): Promise<void>
  note(text: string): void
}

const driver = await chooseDriver(process.env.STORY_DRIVER ?? 'emulator')

async function chooseDriver(name: string): Promise<Driver> {
  if (name === 'emulator') return (await import('./emulator-driver.ts')).emulatorDriver
  if (name === 'juju') {
    const [{ openJujuDriver }, { readJujuOptions }] = await Promise.all([
      import('./juju-driver.ts'),
      import('./juju-options.ts'),
    ])
    return openJujuDriver(readJujuOptions(process.env))
  }
  throw new Error(`no driver ${name}; say emulator or juju`)
}

export function story(title: string, options: StoryOptions, body: (story: Story) => Promise<void>): void {
  const each = options.profiles === 'each'
  const wanted = driver.profiles.find((profile) => profile === options.profiles) ?? driver.profiles.at(-1)
  for (const profile of driver.profiles) {
    if (!each && profile !== wanted) continue
    const name = each ? `${title} on Juju ${profile}` : title
    test(name, { skip: missing(options) }, async (t) => {
      const model = await driver.open({ profile, own: options.ownModel ?? false })
      await using _ = model
      const failures: unknown[] = []
      try {
        await body(tell(t, model, failures))
      } catch (error) {
        failures.push(error)
        throw error
      } finally {
        if (failures.length > 0) await model.keepLogs(name)
      }
    })
  }
}

function tell(t: TestContext, model: StoryModel, failures: unknown[]): Story {
  const undos: Undo[] = []
  const unseen = new Set<Need>()
  return {
    model: noteUndos(model, undos),
    note: (text) => t.diagnostic(text),
    async whereShown(need, body) {
      const why = driver.lacks(need)
      if (why === undefined) return body()
      if (unseen.has(need)) return
      unseen.add(need)
      t.diagnostic(`NOT LOOKED AT by the ${driver.name} driver: ${needs[need]} (${need}): ${why}`)
    },
    async step(title, body, needing = {}) {
      await t.test(title, { skip: missing(needing) }, async () => {
        const before = undos.length
        try {
          await body()
        } catch (error) {
          failures.push(error)
          await model.keepLogs(title)
          await undoAll(model, undos.splice(before))
          throw error
        }
      })
    },
  }
}

function missing({ needs: wanted = [] }: Needing): string | false {
  const reasons = wanted.flatMap((need) => {
    const why = driver.lacks(need)
    return why === undefined ? [] : [`needs ${needs[need]} (${need}): ${why}`]
  })
  return reasons.length > 0 && `SKIPPED by the ${driver.name} driver: ${reasons.join('; ')}`
}
