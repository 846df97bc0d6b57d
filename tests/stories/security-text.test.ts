// Text that only some readers take: what a requirer writes comes back in its answer, in the ledger and on the operator's terminal. Juju
// reads settings as YAML, which fails at control characters that JSON lets pass; whatever is sent, no hook fails and nobody waits for it.

import assert from 'node:assert/strict'
import { issueCertificate } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { story } from './driver/story.ts'
import { assertNewcomerServed, assertServed, deployIntruder, own, reachOf } from './intruder.ts'

const strange: Readonly<Record<string, string>> = {
  'the delete character': '\x7f',
  'C1 control characters': '\x80\x84\x86\x9b\x9f',
  'the next line': 'a\x85b',
  'no characters': '\ufffe\uffff',
  'the ends of lines and of paragraphs': '\u2028\u2029',
  'a byte order mark': 'a\ufeffb',
  'the direction of a text': '\u202eevil\u202c',
  'NUL and escape': '\0\x1b[2J\x07',
  'half a surrogate pair': '\ud83d',
  'an emoji': '\u{1f600}',
  'all of them': '\x7f\x80\x85\x9b\0\x1b\u2028\u202e\ufeff\ufffe\uffff\u{1f600}\u{10ffff}\ud83d',
}

/** The requirer's own write must pass: all of it escaped, as JSON may be. */
function v1(rows: readonly unknown[]): Readonly<Record<string, string>> {
  const spell = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return { version: 'v1', requests: JSON.stringify(rows).replace(/[\x7f-\uffff]/g, spell) }
}

const terminal = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/u

story('no text that a requirer sends keeps others from being served', {}, async ({ model, step }) => {
  const { web, mallory } = await deployIntruder(model)
  const clients = await Promise.all(
    Object.values(strange).map((_, nth) => issueCertificate({ commonNames: [`mallory-${nth}`] })),
  )
  const send = async (databag: Readonly<Record<string, string>>): Promise<void> => {
    await model.configure('mallory', { databag: JSON.stringify({ 'secret-mtls': '', ...databag }) })
    await model.settle()
    await model.updateStatus()
  }
  const told = async (): Promise<readonly string[]> => {
    const { results } = await model.runAction('etcd/leader', 'list-clients')
    return [(await model.application('etcd')).status.message, ...Object.values(results).map(String)]
  }
  const goods = Object.values(strange).map((text, nth) => ({
    'request-id': `good-${nth}`,
    resource: '/mallory/',
    salt: text,
    more: { [`k${text}`]: [text] },
    'mtls-cert': clients[nth]?.certificate,
  }))
  // Refused, and for its prefix alone.
  const bads = goods.map((good, nth) => ({
    ...good,
    'request-id': `bad-${nth}`,
    resource: `/other/\n${good.salt}`,
    'mtls-cert': 'rubbish',
  }))
  await send(v1([...goods, ...bads]))

  for (const [nth, name] of Object.keys(strange).entries()) {
    await step(`${name}: the requirer finds its request again, and is served`, async () => {
      const { 'mtls-cert': _dropped, ...echo } = goods[nth] ?? assert.fail()
      const answer = await model.databag(mallory, 'etcd')
      assert.deepEqual(JSON.parse(answer.data ?? '{}')[`good-${nth}`], echo)
      assert.deepEqual(await reachOf(model, clients[nth] ?? assert.fail()), own)
    })
  }

  await step('no hook fails, nobody else is kept waiting, and a terminal shows what is told', async () => {
    await assertNoFailedHooks(model)
    for (const shown of await told()) assert.doesNotMatch(shown, terminal)
    await assertServed(model, web, 'web')
  })

  await step('a newcomer is served while all of it is there', async () => {
    await assertNewcomerServed(model, 'late')
  })

  await step('a prefix with such a character is refused in words that anybody can print', async () => {
    const unfit = ['\x85', '\x9b', '\u202e', '\ud800', '\ufeff', '\u2028']
    const rows = unfit.map((text, nth) => ({ ...goods[nth], resource: `/m${text}/` }))
    await send(v1(rows))
    const [message = '', ...lists] = await told()
    assert.match(
      message,
      /In full: relation \d+ request good-0 \(mallory\): the prefix is too long or has control characters; ask for [ -~]+$/,
    )
    for (const shown of [message, ...lists]) assert.doesNotMatch(shown, terminal)
    for (const nth of unfit.keys()) {
      assert.match(
        lists.join('\n'),
        new RegExp(`good-${nth}.*the prefix is too long or has control characters`),
      )
      assert.deepEqual(await reachOf(model, clients[nth] ?? assert.fail()), [])
    }
    await assertNoFailedHooks(model)
  })
})
