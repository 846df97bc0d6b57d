// A common name is a user to etcd, and nothing else about a certificate matters to it (facts/etcd.md §8.3). So whoever gets a name
// trusted that is another's, or that etcd reads in a way of its own, has that other's access. Each is tried by connecting.

import assert from 'node:assert/strict'
import { issueCertificate, type Name } from '../fixtures/issue-certificate.ts'
import { assertNoFailedHooks } from './driver/deployments.ts'
import { lookAtEtcd } from './driver/etcd-on-a-unit.ts'
import { story } from './driver/story.ts'
import { assertServed, deployIntruder, own, reachOf, send } from './intruder.ts'

/** By what the requirer is told. */
const refused: Readonly<Record<string, readonly (readonly [string, readonly Name[]])[]>> = {
  'more than one': [
    ['alice, then root', ['alice', 'root']],
    ['root, then alice', ['root', 'alice']],
    ['alice, then web', ['alice', 'web']],
    ['one name twice', ['mallory', 'mallory']],
  ],
  'no valid user name': [
    ['root as a BMPString', [{ text: 'root', as: 'bmp' }]],
    ['root as a T61String', [{ text: 'root', as: 't61' }]],
    ['web as a BMPString', [{ text: 'web', as: 'bmp' }]],
    ['web as a T61String', [{ text: 'web', as: 't61' }]],
    ['web with a blank behind it', ['web ']],
    ['web with a blank before it', [' web']],
    ['web with a no-break space', ['web\u00a0']],
    ['web with a space of no width', ['we\u200bb']],
    ['web with a Cyrillic letter', ['w\u0435b']],
    ['web in wide letters', ['\uff57\uff45\uff42']],
    ['web composed with an accent', ['we\u0301b']],
    ['root with NUL and more', ['root\0x']],
    ['web and a line feed', ['web\nroot']],
    ['a bell', ['al\u0007ice']],
    ['text from right to left', ['\u202etoor']],
    ['a path', ['../root']],
    ['a slash', ['mallory/root']],
    ['a comma', ['mallory,CN=root']],
    ['65 letters', ['m'.repeat(65)]],
    ['300 letters', ['m'.repeat(300)]],
  ],
  'no common name': [
    ['an empty name', ['']],
    ['no name at all', []],
  ],
  reserved: [
    ['root', ['root']],
    ['Root', ['Root']],
    ['ROOT as a PrintableString', [{ text: 'ROOT', as: 'printable' }]],
    ["the members' own", ['etcd-peer']],
    ["the servers' own, in capitals", ['ETCD-SERVER']],
    ['the role that marks clients', ['etcd-charm-client']],
  ],
  'belongs to': [
    ["another client's", ['web']],
    ["another client's in capitals", ['WEB']],
    ["another client's as a PrintableString", [{ text: 'Web', as: 'printable' }]],
  ],
}

/** Names that are odd and harmless: each its own user, over what its relation asked for. */
const harmless: readonly (readonly [string, Name])[] = [
  ['admin, which no user of the charm is called', 'admin'],
  ['a name with a colon and an at sign', 'system:node@10.0.0.1'],
  ['a PrintableString', { text: 'mallory', as: 'printable' }],
  ['64 letters', 'm'.repeat(64)],
  ["another client's name and a letter", 'web2'],
]

story('a name is one client’s, as etcd reads it, or is nobody’s', {}, async ({ model, step }) => {
  const { web, mallory } = await deployIntruder(model, { certificate: 'none' })

  for (const [reason, rows] of Object.entries(refused)) {
    for (const [name, commonNames] of rows) {
      await step(`${name}: refused as ${reason}`, async () => {
        const client = await issueCertificate({ commonNames })
        assert.deepEqual(await reachOf(model, client), [], 'before')
        await send(model, client.certificate, { certificate: 'good' })
        assert.deepEqual(await reachOf(model, client), [])
        const told = (await model.databag(mallory, 'etcd')).status ?? ''
        assert.match(told, new RegExp(reason))
        assert.match(told, /^[\x20-\x7e]*$/)
        const { message } = (await model.application('etcd')).status
        assert.match(message, new RegExp(`^relation ${mallory} \\(mallory\\): .*${reason}.*; `))
      })
    }
  }
  assert.deepEqual((await lookAtEtcd(model)).users, ['root', 'web'])
  assert.equal((await lookAtEtcd(model)).trusted.length, 2)
  await assertServed(model, web, 'web')

  for (const [name, commonName] of harmless) {
    await step(`${name}: served, and reaches what is its own`, async () => {
      const client = await issueCertificate({ commonNames: [commonName] })
      await send(model, client.certificate)
      assert.deepEqual(await reachOf(model, client), own)
      await assertServed(model, web, 'web')
    })
  }

  await assertNoFailedHooks(model)
})
