// The field's own issuer, packed as it is, signs for members: for peers and for clients, with another authority of its own later, and no more.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoryModel } from '../stories/driver/driver.ts'
import { story } from '../stories/driver/story.ts'
import { endpoints, type Role, shownBy, untilShown } from '../stories/issuers.ts'
import { heal, startsOf, startsSince, unitsOf } from '../stories/sound.ts'
import { archiveOf } from './archives.ts'
import { issuer } from './charms.ts'

const roles: readonly Role[] = ['peer', 'server']
const title = `${issuer.title} signs for members`
const archive = archiveOf(issuer)

/** What all members show, by their fingerprints. */
async function shown(model: StoryModel): Promise<readonly string[]> {
  const units = await unitsOf(model)
  const each = units.flatMap((unit) => roles.map((role) => shownBy(model, unit, role)))
  return (await Promise.all(each)).map(({ fingerprint256 }) => fingerprint256)
}

if (archive === undefined) test(title, { skip: `SKIPPED: not packed: ${issuer.title}` }, () => {})
else
  story(title, { ownModel: true }, async ({ model, step, note }) => {
    const relations: number[] = []
    await step('related by both endpoints, its certificates are shown after one restart', async () => {
      await model.deploy('etcd', { charm: 'etcd', units: 2 })
      await model.deploy('ca', { charm: { archive } })
      await model.settle()
      const starts = await startsOf(model)
      for (const role of roles)
        relations.push(await model.integrate(`etcd:${endpoints[role]}`, 'ca:certificates'))
      for (const role of roles) await untilShown(model, role, /^self-signed-certificates-operator$/)
      await heal(model)
      assert.deepEqual(await startsSince(model, starts), [1, 1])
    })

    await step('it revokes all and has another authority: members have others of it', async () => {
      const [before, starts] = [await shown(model), await startsOf(model)]
      const { status, message } = await model.runAction('ca/leader', 'rotate-private-key')
      assert.equal(status, 'completed', message)
      await model.until('all are others', async () => {
        await heal(model)
        const now = await shown(model)
        return now.every((one) => !before.includes(one)) || 'some are as before'
      })
      for (const role of roles) await untilShown(model, role, /^self-signed-certificates-operator$/)
      await heal(model)
      const since = await startsSince(model, starts)
      note(`restarts: ${since}`)
      assert.ok(since.every((restarts) => restarts <= 2))
    })

    await step('its relations go: members show the charm’s own', async () => {
      for (const relation of relations) await model.removeRelation(relation)
      for (const role of roles) await untilShown(model, role, /^etcd (peer|server) authority$/)
      await heal(model)
      for (const { workload } of await model.units('etcd'))
        assert.deepEqual(workload, { status: 'active', message: '' })
    })
    assert.deepEqual(await model.failedHooks(), [])
  })
