import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parsePin, pinFile } from '../../../src/machine/pinned-workload.ts'

describe('what a revision of the charm pins', () => {
  it('is in the file that is packed, for both architectures', () => {
    const text = readFileSync(pinFile, 'utf8')
    for (const architecture of ['x64', 'arm64']) {
      const { version, channel, revision } = parsePin(text, architecture)
      assert.match(version, /^3\.\d+\.\d+$/)
      assert.match(channel, /^3\.\d+\/stable$/)
      assert.match(revision ?? '', /^\d+$/)
    }
  })

  it('keeps a version a text, and has no revision for a machine that nobody tested', () => {
    const text = 'etcd: 3.10\nsnap:\n  channel: 3.6/stable\n  revisions: {amd64: 7}\n'
    assert.deepEqual(parsePin(text, 'arm64'), { version: '3.10', channel: '3.6/stable', revision: undefined })
  })
})
