// What dispatch runs: the bundles as they are now, by code that was made of them before where there is some, and never by another's.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { buildLoader } from '../../../scripts/build.ts'

const parent = mkdtempSync(join(tmpdir(), 'loader-'))
after(() => rmSync(parent, { recursive: true }))

async function openCharm() {
  const root = mkdtempSync(join(parent, 'charm-'))
  await buildLoader(root)
  const bundle = (name: string, code: string): void => writeFileSync(join(root, 'dist', name), code)
  const cache = join(root, '.compile-cache')
  return {
    bundle,
    cache,
    codeOf: (name: string): string => join(cache, `${name}.${process.version}.code`),
    run(hook = 'update-status') {
      const env = { ...process.env, JUJU_DISPATCH_PATH: `hooks/${hook}` }
      const end = spawnSync(process.execPath, [join(root, 'dist/main.cjs')], { encoding: 'utf8', env })
      return { status: end.status, text: end.stdout + end.stderr }
    },
  }
}

const main = (word: string): string => `const { join } = require('node:path')
const told = () => join(${JSON.stringify(word)}, require('./beside.cjs').name())
console.log(told(), require('./beside.cjs') === require('./beside.cjs'), __filename.endsWith('charm.cjs'))
process.exit(3)`
const beside = `module.exports = { name: () => 'b' }`

test('bundles run alike by their text and by kept code, which is for nobody else to read', async () => {
  const charm = await openCharm()
  charm.bundle('charm.cjs', main('a'))
  charm.bundle('beside.cjs', beside)
  mkdirSync(join(charm.cache, 'v24.0.0-x64'), { recursive: true })
  for (const _ of [1, 2, 3]) assert.deepEqual(charm.run(), { status: 3, text: 'a/b true true\n' })
  const codes = ['beside', 'charm'].map((name) => `${name}.cjs.${process.version}.code`)
  assert.deepEqual(readdirSync(charm.cache).sort(), ['additions.json', ...codes])
  assert.equal(statSync(charm.cache).mode & 0o777, 0o700)
  for (const name of readdirSync(charm.cache))
    assert.equal(statSync(join(charm.cache, name)).mode & 0o777, 0o600)
})

test('what a hook calls is kept, three times for each, and then no more is written', async () => {
  const charm = await openCharm()
  // V8 does not compile a function before it is called.
  const bodies = Array.from(
    { length: 200 },
    (_, at) => `(a) => { for (const b of [a]) a += b * ${at}; return a }`,
  )
  charm.bundle(
    'charm.cjs',
    `const all = [${bodies}]; if (process.env.JUJU_DISPATCH_PATH === 'hooks/start') for (const one of all) one(1)`,
  )
  const sizeAfter = (hook: string): number => {
    assert.equal(charm.run(hook).status, 0)
    return statSync(charm.codeOf('charm.cjs')).size
  }
  const before = sizeAfter('install')
  assert.equal(sizeAfter('install'), before)
  const called = sizeAfter('start')
  assert.ok(called > 2 * before, `${before} and ${called} bytes`)
  assert.equal(sizeAfter('install'), called)
  for (const _ of [2, 3]) charm.run('start')
  const { ino } = statSync(charm.codeOf('charm.cjs'))
  for (const hook of ['install', 'start']) charm.run(hook)
  assert.equal(statSync(charm.codeOf('charm.cjs')).ino, ino)
})

test('other bundles of the same length run as they are, and code that is damaged is not run', async () => {
  const charm = await openCharm()
  charm.bundle('beside.cjs', beside)
  for (const word of ['a', 'x', 'y']) {
    charm.bundle('charm.cjs', main(word))
    for (const _ of [1, 2]) assert.equal(charm.run().text, `${word}/b true true\n`)
  }
  const whole = readFileSync(charm.codeOf('charm.cjs'))
  const changed = Buffer.from(whole)
  for (let at = 200; at < changed.length; at += 7) changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at)
  for (const damage of [Buffer.alloc(0), whole.subarray(0, 40), whole.subarray(0, -8), changed]) {
    writeFileSync(charm.codeOf('charm.cjs'), damage)
    assert.equal(charm.run().text, 'y/b true true\n')
    assert.ok(readFileSync(charm.codeOf('charm.cjs')).length > 200)
    assert.equal(charm.run().text, 'y/b true true\n')
  }
})

test('on a disk that takes no writes a hook runs all the same, and what it throws is told', async () => {
  const charm = await openCharm()
  charm.bundle('charm.cjs', `console.log('ran')`)
  writeFileSync(charm.cache, 'no folder')
  assert.deepEqual(charm.run(), { status: 0, text: 'ran\n' })
  rmSync(charm.cache)
  charm.bundle('charm.cjs', `\n\nthrow new Error('broken')`)
  for (const _ of [1, 2]) {
    const { status, text } = charm.run()
    assert.equal(status, 1)
    assert.match(text, /charm\.cjs:3[\s\S]*Error: broken/)
  }
  chmodSync(charm.cache, 0o700)
})
