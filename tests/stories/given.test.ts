// What was given is compared with what is there: what an operator, a migration or Juju itself took away, the next update-status gives
// back, and no hook fails for it. Revisions that an old Juju lost are in lost-revisions.test.ts.

import assert from 'node:assert/strict'
import { responsesOf } from './driver/client.ts'
import { assertNoFailedHooks, deployPair, relatePair } from './driver/deployments.ts'
import { emulatorOf } from './driver/emulator-of.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'

const title = 'what a client was given comes back'
story(title, { profiles: 'each' }, async ({ model, step, whereShown }) => {
  await deployPair(model)
  const id = await relatePair(model)
  const secretOf = async (label: 'user' | 'tls'): Promise<string> => {
    const secrets = await model.secrets()
    const found = secrets.find((row) => row.owner === 'etcd' && row.label === `etcd-client.${id}.${label}`)
    assert.ok(found, `no secret ${label}`)
    return found.id
  }
  const works = async (): Promise<void> => {
    // The client's charm reads both secrets for it.
    const { status, message } = await model.runAction('web/leader', 'put', { key: '/web/a', value: 'b' })
    assert.equal(status, 'completed', message)
    await whereShown('journal', async () => {
      const { secrets, journal } = emulatorOf(model).tables
      for (const label of ['user', 'tls'] as const)
        assert.equal(secrets.get(await secretOf(label))?.grants.get('web'), id, label)
      // The client's own hooks may fail for what it lost.
      const failed = journal.filter(({ unit, exit }) => unit === 'etcd/0' && exit !== 0)
      assert.deepEqual(
        failed.map(({ hook, stderr }) => `${hook} ${stderr}`),
        [],
      )
    })
  }
  await works()
  const tool = (...argv: readonly string[]): Promise<string> => model.hookTool('etcd/leader', ...argv)
  const losses: Readonly<Record<string, () => Promise<string>>> = {
    'a grant': async () => tool('secret-revoke', await secretOf('tls'), '--relation', String(id)),
    'a secret': async () => tool('secret-remove', await secretOf('user')),
    'what a secret holds': async () => tool('secret-set', await secretOf('user'), 'username=other'),
    'a key of the databag': () => tool('relation-set', '-r', String(id), '--app', 'endpoints='),
  }
  for (const [what, lose] of Object.entries(losses))
    await step(what, async () => {
      const { starts } = await lookAtEtcd(model)
      await lose()
      await model.updateStatus('etcd')
      await works()
      assert.equal((await lookAtEtcd(model)).starts, starts, 'nobody restarts for it')
      const answers = await responsesOf(model, id)
      assert.equal(answers.length, 1)
      assert.match(answers[0]?.endpoints ?? '', /:2379$/)
    })
  await assertNoFailedHooks(model)
})
