// Users and roles that an operator made in etcd are the operator's: a client that asks for their name gets nothing of them and takes
// nothing away, whether it comes, waits or goes; until the operator says otherwise.

import assert from 'node:assert/strict'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { etcdctl, lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { connectWith, succeeds } from './intruder.ts'

const title = 'a name that somebody else’s user or role bears is nobody’s to ask for'
story(title, { ownModel: true }, async ({ model, step }) => {
  await model.deploy('etcd', { charm: 'etcd' })
  await model.settle()
  const run = (...args: readonly string[]): Promise<string> => etcdctl(model, 'etcd/leader', ...args)
  await run('put', '/ops/secret', 'of the operator')
  for (const role of ['ops', 'audit', 'People']) {
    await run('role', 'add', role)
    await run('role', 'grant-permission', role, 'readwrite', '--prefix', '/ops/')
  }
  await run('user', 'add', 'ops:secret')
  await run('user', 'grant-role', 'ops', 'ops')
  await run('user', 'add', 'bob:secret')
  await run('user', 'grant-role', 'bob', 'ops')
  const asIs = await lookAtEtcd(model)

  for (const name of ['ops', 'audit', 'people']) {
    await step(`a client asks for ${name}: it gets nothing, and nothing is taken away`, async () => {
      const client = await issueCertificate({ commonNames: [name] })
      const reach = async (): Promise<readonly boolean[]> => {
        const etcd = await connectWith(model, client)
        const did = [
          await succeeds(etcd.get('/ops/secret').string()),
          await succeeds(etcd.get('/mine/a').string()),
        ]
        etcd.close()
        return did
      }
      const app = `asks-${name}`
      await model.deploy(app, {
        charm: 'client',
        config: { given: client.certificate, prefix: '/mine/' },
      })
      await model.settle()
      const id = await model.integrate('etcd:etcd-client', `${app}:etcd`)
      await model.settle()
      await model.updateStatus()
      assert.deepEqual(await reach(), [false, false])
      const now = await lookAtEtcd(model)
      assert.deepEqual([now.users, now.roles], [asIs.users, asIs.roles])
      assert.match((await model.databag(id, 'etcd')).status ?? '', /not made by this charm/)
      assert.match((await model.application('etcd')).status.message, /adopt-user/)
      await model.removeRelation(id)
      await model.settle()
      await model.updateStatus()
      const after = await lookAtEtcd(model)
      assert.deepEqual([after.users, after.roles], [asIs.users, asIs.roles])
    })
  }

  await step('the operator gives the name away by adopt-user, or removes it', async () => {
    const [client, other] = await Promise.all([
      issueCertificate({ commonNames: ['ops'] }),
      issueCertificate({ commonNames: ['audit'] }),
    ])
    await model.deploy('web', {
      charm: 'client',
      config: { given: client.certificate, prefix: '/mine/' },
    })
    await model.deploy('more', {
      charm: 'client',
      config: { given: other.certificate, prefix: '/more/' },
    })
    await model.settle()
    const id = await model.integrate('etcd:etcd-client', 'web:etcd')
    await model.integrate('etcd:etcd-client', 'more:etcd')
    await model.settle()
    const asked = await model.runAction('etcd/leader', 'adopt-user', { name: 'ops' })
    assert.match(asked.results.done ?? '', /nothing/)
    const done = await model.runAction('etcd/leader', 'adopt-user', { name: 'ops', confirm: true })
    assert.equal(done.status, 'completed', done.message)
    const again = await model.runAction('etcd/leader', 'adopt-user', { name: 'ops', confirm: true })
    assert.equal(again.status, 'completed', again.message)
    const etcd = await connectWith(model, client)
    assert.ok(await succeeds(etcd.put('/mine/a').value('1').exec()))
    assert.ok(!(await succeeds(etcd.get('/ops/secret').string())))
    etcd.close()
    // Who held the role has nothing of it any more, neither the operator's keys nor the client's.
    assert.doesNotMatch(await run('user', 'get', 'bob'), /ops/)

    await run('role', 'delete', 'audit')
    await model.updateStatus()
    const second = await connectWith(model, other)
    assert.ok(await succeeds(second.put('/more/a').value('1').exec()))
    second.close()
    await model.removeRelation(id)
    await model.settle()
    assert.deepEqual((await lookAtEtcd(model)).users, ['audit', 'bob', 'root'])
  })
  await assertNoFailedHooks(model)
})
