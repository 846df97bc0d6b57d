import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openFernetToken, printFernetKey } from '../../../src/interfaces/fernet.ts'

const key = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const otherKey = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
const hello =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='

/** The specification's own vector, and one that Python's `cryptography` made, with letters beyond ASCII. */
const good: readonly (readonly [title: string, key: string, token: string, text: string])[] = [
  ["the specification's generate.json", key, hello, 'hello'],
  ['without padding', key, hello.replaceAll('=', ''), 'hello'],
  ['with a newline behind it', key, `${hello}\n`, 'hello'],
  [
    'by Python',
    otherKey,
    'gAAAAABpJWIAEBESExQVFhcYGRobHB0eHz3DpHqKOHQ7z7bpWFFGb1Kg0KfyfF8lDidC0AB2op1BEhZ6hqt2-bhyJ2i_g8KKFxCMmz5KoTkI3N4MEbD4Fus=',
    'grüße\n-----BEGIN',
  ],
]

/** The specification's invalid.json, but for its rows about age, and more. */
const bad: readonly (readonly [title: string, key: string, token: string, why: RegExp])[] = [
  [
    'an incorrect mac',
    key,
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
    /another key/,
  ],
  ['too short', key, 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==', /no Fernet token/],
  [
    'no base64',
    key,
    '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    /no Fernet token/,
  ],
  [
    'a payload that is no multiple of the block',
    key,
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
    /no Fernet token/,
  ],
  [
    'a payload with wrong padding',
    key,
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
    /padding/,
  ],
  ['another key', otherKey, hello, /another key/],
  ['another version', key, `h${hello.slice(1)}`, /no Fernet token/],
  ['a key of another length', key.slice(0, 20), hello, /not 32 bytes/],
  ['nothing', key, '', /no Fernet token/],
]

describe('a Fernet token', () => {
  for (const [title, of, token, text] of good)
    it(`is read: ${title}`, () => assert.deepEqual(openFernetToken(of, token), { kind: 'text', text }))
  for (const [title, of, token, why] of bad)
    it(`fails with a reason: ${title}`, () => {
      const opened = openFernetToken(of, token)
      assert.ok(opened.kind === 'failed')
      assert.match(opened.why, why)
    })
  it('has a key in URL-safe base64 with padding, as Python insists on it', () => {
    assert.equal(printFernetKey(Buffer.from(Array.from({ length: 32 }, (_, at) => at))), otherKey)
    assert.match(printFernetKey(Buffer.alloc(32, 0xff)), /^_{42}8=$/)
  })
})
