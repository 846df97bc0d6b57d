// Charms of the field as they are, packed from the sources that the user names (`FIELD_CHARMS=folder make field`): each is served by our
// charm, reads and writes by its own actions, renews, and leaves nothing behind. The table in charms.ts says what each must show.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Issued } from '../fixtures/issue-certificate.ts'
import { makeCertificate } from '../fixtures/certificates.ts'
import { connect, responsesOf } from '../stories/driver/client.ts'
import type { ActionResult, StoryModel } from '../stories/driver/driver.ts'
import { lookAtEtcd } from '../stories/driver/etcd-on-a-unit.ts'
import { type Story, story } from '../stories/driver/story.ts'
import { archiveOf } from './archives.ts'
import { type Client, clients, type FieldCharm, issuer } from './charms.ts'

for (const row of clients)
  tellOf(row, row.certificate === 'issuer' ? [issuer] : [], (told) => life(told, row))
tellOf(issuer, [], authority)

function tellOf(row: FieldCharm, with_: readonly FieldCharm[], body: (story: Story) => Promise<void>): void {
  const absent = [row, ...with_].filter((one) => archiveOf(one) === undefined)
  if (absent.length === 0) story(row.title, { ownModel: true }, body)
  else
    test(row.title, { skip: `SKIPPED: not packed: ${absent.map(({ title }) => title).join(', ')}` }, () => {})
}

async function deploy(model: StoryModel, name: string, row: FieldCharm): Promise<void> {
  await model.deploy(name, { charm: { archive: archiveOf(row) ?? '' } })
}

async function usersOf(model: StoryModel): Promise<readonly string[]> {
  return (await lookAtEtcd(model)).users.filter((user) => user !== 'root')
}

async function life({ model, step, note }: Story, row: Client): Promise<void> {
  const { app = 'client' } = row
  const act = actsOf(model, app)
  let own: Issued | undefined
  let relation = 0
  const served = (): Promise<void> =>
    model.until(`${row.title} is served`, async () => {
      const users = await usersOf(model)
      const right = users.length === row.count && users.every((user) => row.users.test(user))
      const answers = await responsesOf(model, relation)
      const whole = answers.filter(
        (answer) => answer.endpoints && answer['secret-user'] && answer['secret-tls'],
      )
      const { status } = await model.application('etcd')
      return (
        (right && whole.length === row.count) ||
        `${users} in etcd, ${whole.length} answers, ${status.message}`
      )
    })

  await step('it is deployed beside etcd, and comes to rest', async () => {
    await model.deploy('etcd', { charm: 'etcd' })
    await deploy(model, app, row)
    if ('emulator' in model) await placeTools(model, app, row)
    if (row.config) await model.configure(app, row.config)
    if (row.certificate === 'issuer') {
      await deploy(model, 'ca', issuer)
      await model.integrate(`${app}:certificates`, 'ca:certificates')
    }
    if (row.certificate === 'option') {
      own = await makeCertificate('integrator')
      await model.configure(app, { 'prefix-name': '/integrator/', 'mtls-cert': own.certificate })
    }
    await model.settle()
  })

  await step('integrated, it is served, once its operator has set what etcd told', async () => {
    if (row.sendsAuthority) await model.configure(app, { [row.sendsAuthority]: true })
    await model.settle()
    relation = await model.integrate('etcd:etcd-client', `${app}:${row.endpoint}`)
    if (row.everyKey) await refusedUntilAllowed(model)
    if (row.sendsAuthority) {
      await refusedAsAuthority(model)
      await model.configure(app, { [row.sendsAuthority]: false })
      // Not every charm looks at its option before its next certificate comes.
      await model.settle()
      if (row.renew) await act(row.renew)
    }
    await served()
    note(`users: ${await usersOf(model)}`)
    for (const unit of await model.units(app))
      note(`${unit.name}: ${unit.workload.status} ${unit.workload.message}`)
  })

  if (row.credentials)
    await step('its own action prints what etcd answered', async () => {
      const [answer] = await responsesOf(model, relation)
      const { username = '?', uris = '?' } = await model.secretContent(answer?.['secret-user'] ?? '')
      const told = JSON.stringify(await act(row.credentials ?? ''))
      for (const text of [username, uris, answer?.version ?? '?', 'BEGIN CERTIFICATE'])
        assert.ok(told.includes(text), told)
    })

  if (row.certificate === 'option')
    await step('with what it prints, its keys are read and written, and no others', async () => {
      await useCredentials(model, relation, own)
    })

  if (row.write)
    await step('it writes and reads by its own actions', async () => {
      await writeAndRead(act, row)
      await model.settle()
    })

  if (row.renew)
    await step('it renews its certificates, and is served on', async () => {
      const before = await lookAtEtcd(model)
      await act(row.renew ?? '')
      await model.settle()
      await served()
      assert.ok((await lookAtEtcd(model)).starts > before.starts, 'no member has loaded the new certificates')
      await writeAndRead(act, row)
    })

  if (row.certificate === 'option')
    await step('another certificate in its option, and it is served on', async () => {
      own = await makeCertificate('integrator')
      await model.configure(app, { 'mtls-cert': own.certificate })
      await model.settle()
      await useCredentials(model, relation, own)
    })

  if (row.certificate === 'option')
    await step('a CA in its option is refused, and another certificate heals it', async () => {
      await model.configure(app, { 'mtls-cert': (await makeCertificate('integrator', 'ca')).certificate })
      await refusedAsAuthority(model)
      await model.configure(app, { 'mtls-cert': own?.certificate ?? '' })
      await served()
    })

  await step('the relation goes, and with it its users', async () => {
    await model.removeRelation(relation)
    await model.settle()
    await model.updateStatus()
    assert.deepEqual(await usersOf(model), [])
    const { status } = await model.application('etcd')
    assert.deepEqual(status, { status: 'active', message: '' })
  })

  assert.deepEqual(await model.failedHooks(), [])
}

type Acting = (action: string, params?: Readonly<Record<string, string>>) => Promise<ActionResult['results']>

function actsOf(model: StoryModel, app: string): Acting {
  return async (action, params = {}) => {
    const { status, message, results } = await model.runAction(`${app}/leader`, action, params)
    assert.equal(status, 'completed', `${action}: ${message} ${JSON.stringify(results)}`)
    return results
  }
}

async function writeAndRead(act: Acting, { write, read }: Client): Promise<void> {
  for (const one of [write, read])
    if (one) assert.match(JSON.stringify(await act(one.action, one.params)), one.shows)
}

async function refusedUntilAllowed(model: StoryModel): Promise<void> {
  await model.until('it is refused, with the command that heals it', async () => {
    const { status } = await model.application('etcd')
    return /juju config etcd allow-full-keyspace=true$/.test(status.message) || status.message
  })
  assert.deepEqual(await usersOf(model), [])
  await model.configure('etcd', { 'allow-full-keyspace': true })
}

async function refusedAsAuthority(model: StoryModel): Promise<void> {
  await model.until('it is refused as a CA', async () => {
    const { status } = await model.application('etcd')
    return /is a CA; .*send-ca-cert=false, mtls-cert/.test(status.message) || status.message
  })
  assert.deepEqual(await usersOf(model), [])
}

async function useCredentials(model: StoryModel, relation: number, own: Issued | undefined): Promise<void> {
  const [answer] = await responsesOf(model, relation)
  const user = await model.secretContent(answer?.['secret-user'] ?? '')
  const { 'tls-ca': authority = '' } = await model.secretContent(answer?.['secret-tls'] ?? '')
  const client = connect(user, {
    rootCertificate: Buffer.from(authority),
    certChain: Buffer.from(own?.certificate ?? ''),
    privateKey: Buffer.from(own?.privateKey ?? ''),
  })
  try {
    await client.put('/integrator/a', 'one')
    assert.equal(await client.get('/integrator/a'), 'one')
    await assert.rejects(client.get('/elsewhere'), /permission denied/)
  } finally {
    client.close()
  }
}

/** What machines have that are on the internet, or its own build. */
async function placeTools(model: StoryModel, app: string, { tools = {} }: Client): Promise<void> {
  for (const [name, path] of Object.entries(tools)) {
    const { code, stderr } = await model.exec(`${app}/0`, ['ln', '-sf', path, `/usr/local/bin/${name}`])
    assert.equal(code, 0, stderr)
  }
}

/** The issuer itself: what it sends is an authority whose certificates etcd believes, until the relation ends. */
async function authority({ model, step, note }: Story): Promise<void> {
  const subjects = async (): Promise<readonly string[]> => (await lookAtEtcd(model)).trusted
  let own: readonly string[] = []
  await step('it is deployed beside etcd, and comes to rest', async () => {
    await model.deploy('etcd', { charm: 'etcd' })
    await deploy(model, 'ca', issuer)
    await model.settle()
    own = await subjects()
  })
  let relation = 0
  await step('its authority is sent to client-cas, and believed', async () => {
    relation = await model.integrate('etcd:client-cas', 'ca:send-ca-cert')
    await model.until('etcd trusts it', async () => {
      const more = (await subjects()).filter((subject) => !own.includes(subject))
      return (more.length === 1 && /self-signed-certificates-operator/.test(more[0] ?? '')) || more.join('; ')
    })
  })
  await step('another authority of it is believed too, and whom it no longer sends is not', async () => {
    const { status, message } = await model.runAction('ca/leader', 'rotate-private-key')
    assert.equal(status, 'completed', message)
    await model.settle()
    await model.updateStatus()
    const bags = [await model.databag(relation, 'ca'), await model.databag(relation, 'ca/0')]
    const blocks = JSON.stringify(bags).match(/-----BEGIN CERTIFICATE-----.*?-----END/g) ?? []
    const sent = new Set(blocks.map((block) => block.replace(/\\+n/g, ''))).size
    note(`it sends ${sent}`)
    assert.ok(sent > 0)
    assert.equal((await subjects()).length, own.length + sent)
  })
  await step('the relation goes, and with it the trust', async () => {
    await model.removeRelation(relation)
    await model.until('etcd trusts whom it trusted before', async () => {
      const now = await subjects()
      return now.length === own.length || now.join('; ')
    })
  })
  assert.deepEqual(await model.failedHooks(), [])
}
