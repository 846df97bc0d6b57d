// The remedies that a refused client's operator reads: what can be typed is there to be typed, and is real.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { explainRefusal, refusals } from '../../../../../src/charm/plan/clients/refusals.ts'

test('a remedy that lies in an option of etcd is the command that sets it, and the option is one', () => {
  const { options } = parse(readFileSync('config.yaml', 'utf8'))
  assert.match(
    explainRefusal('full-keyspace-refused', '').resolution,
    /juju config etcd allow-full-keyspace=true$/,
  )
  assert.match(
    explainRefusal('full-keyspace-refused', '', 'store').resolution,
    /juju config store allow-full-keyspace=true$/,
  )
  for (const { resolution } of Object.values(refusals)) {
    for (const [, option = ''] of resolution.matchAll(/juju config etcd ([a-z-]+)=/g))
      assert.ok(Object.hasOwn(options, option), option)
    // An option's value without the command leaves the reader to look for it.
    assert.doesNotMatch(resolution, /set [a-z-]+=\S+ on etcd/)
  }
})

test("a client whose certificate may sign is told by which option of the field's charms that comes", () => {
  for (const code of ['certificate-is-ca', 'certificate-can-sign'])
    assert.match(explainRefusal(code, '').resolution, /CA:FALSE.*send-ca-cert=false.*mtls-cert/)
})
