// The baseline: the least that a provider on the field's Python library does. It answers, and has no etcd.

import { copyFile, mkdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { zip } from '../scripts/archive.ts'
import { openWorld } from '../tests/stories/world.ts'
import { askFor, type GhostClient, relateGhosts } from '../tests/stories/ghost-clients.ts'
import { measureCosts } from './hook-costs.ts'
import type { Row } from './rows.ts'

const requirer = 'build/py-requirer'
const stage = 'build/py-provider'

/** With the interpreter of the Python requirer; `undefined` where that could not be had. */
async function packProvider(): Promise<string | undefined> {
  if (!existsSync(`${requirer}.charm`)) return undefined
  await rm(stage, { recursive: true, force: true })
  await mkdir(`${stage}/src`, { recursive: true })
  for (const file of ['dispatch', 'manifest.yaml']) await copyFile(`${requirer}/${file}`, `${stage}/${file}`)
  for (const file of ['metadata.yaml', 'src/charm.py'])
    await copyFile(`bench/python-provider/${file}`, `${stage}/${file}`)
  await zip(stage, `${stage}.charm`)
  return `${stage}.charm`
}

/** Of all but the last, the relation stands and nothing was asked: a hook of this provider reads the relation it is about, no other. */
export async function measurePython(
  sizes: readonly number[],
  rounds: number,
  add: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  const archive = sizes.length > 0 ? await packProvider() : undefined
  if (!archive) return
  const app = 'python'
  await using model = await openWorld({ name: 'bench-python', measure: true })
  await model.deploy(app, { archive })
  await model.settle()
  const grow = async (names: readonly string[]): Promise<readonly GhostClient[]> => {
    const clients = await relateGhosts(model, names, app)
    model.passOver(app, new Set(clients.map(({ relation }) => relation)))
    const last = clients.at(-1)
    if (last) await askFor(model, last)
    await model.settle()
    return clients
  }
  await measureCosts({ model, app, prefix: 'Python, no etcd: ', rounds, add, grow }, sizes)
}
