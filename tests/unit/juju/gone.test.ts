// What Juju refuses of a relation, and what that proves: over tools that answer by whose databag is asked for.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  type Juju,
  NotAllowed,
  NotLeader,
  openJuju,
  parseAppName,
  parseUnitName,
  RelationGone,
} from '../../../src/juju/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'gone-'))
after(() => rmSync(folder, { recursive: true }))

/** `relation-get` fails with these words for the last argument before the format, and prints `{}` for the others. */
function refusing(words: Readonly<Record<string, string>>): Juju {
  const bin = mkdtempSync(join(folder, 'bin-'))
  const cases = Object.entries(words).map(([of, text]) => `*" ${of}"*) echo "ERROR ${text}" >&2; exit 1;;`)
  const script = `#!/bin/sh\ncase " $* " in\n${cases.join('\n')}\nesac\necho '{}'\n`
  for (const tool of ['relation-get', 'relation-set', 'relation-model-get']) {
    writeFileSync(join(bin, tool), script)
    chmodSync(join(bin, tool), 0o755)
  }
  return openJuju({ PATH: `${bin}:/usr/bin:/bin`, JUJU_UNIT_NAME: 'etcd/0', JUJU_MODEL_UUID: 'u' })
}

const [web, etcd] = [parseAppName('web'), parseAppName('etcd')]
const denied = 'permission denied'

test('a relation is gone where Juju refuses even this unit its own databag, in whatever words', async () => {
  const gone = [
    refusing({ '- web ': denied, '- etcd/0': denied }),
    refusing({ '- web ': 'getting regular relation by key: relation not found' }),
    refusing({ '- web ': `${denied} (unauthorized access)`, '- etcd/0': 'relation not found' }),
  ]
  for (const juju of gone) await assert.rejects(juju.readAppBag(juju.relationId(5), web), RelationGone)
  const wrote = refusing({ '--file': denied, '- etcd/0': denied })
  await assert.rejects(wrote.writeAppBag(wrote.relationId(5), {}, { a: '1' }), RelationGone)
  const model = refusing({ '-r 5 --format': denied, '- etcd/0': denied })
  await assert.rejects(model.remoteModel(model.relationId(5)), RelationGone)
})

test('what is refused of a relation that is there proves nothing', async () => {
  const juju = refusing({ '- web ': denied, '- etcd ': denied, '- web/7': 'relation unit not found' })
  const relation = juju.relationId(5)
  await assert.rejects(juju.readAppBag(relation, web), NotAllowed)
  // Of its own application's databag a unit is refused that does not lead any more.
  await assert.rejects(juju.readAppBag(relation, etcd), NotLeader)
  // This unit is not in the relation, or not yet.
  const outside = refusing({ '- web ': denied, '- etcd/0': 'relation unit not found' })
  await assert.rejects(outside.readAppBag(relation, web), NotAllowed)
  // Listed, and gone before it wrote anything.
  assert.deepEqual(await juju.readUnitBag(relation, parseUnitName('web/7')), {})
})

/** Hooks of one unit; `state` is what Juju has committed for it, once it is taken from `.next`. */
function openUnit() {
  const charm = mkdtempSync(join(folder, 'charm-'))
  const bin = mkdtempSync(join(folder, 'bin-'))
  const state = join(bin, 'state')
  writeFileSync(join(bin, 'state-set'), `#!/bin/sh\nprintf '"%s"' "\${1#*=}" >'${state}.next'\n`)
  writeFileSync(join(bin, 'state-get'), `#!/bin/sh\ncat '${state}' 2>/dev/null || echo null\n`)
  for (const tool of ['state-set', 'state-get']) chmodSync(join(bin, tool), 0o755)
  const hook = (id: string, name: string): Juju =>
    openJuju({
      PATH: `${bin}:/usr/bin:/bin`,
      JUJU_CHARM_DIR: charm,
      JUJU_CONTEXT_ID: id,
      JUJU_DISPATCH_PATH: `hooks/${name}`,
    })
  return { charm, hook, state }
}

test('what was asked for and not committed is left out once, and asked for again later', async () => {
  const { hook, state } = openUnit()
  const asks = async (id: string): Promise<void> => {
    const asking = hook(id, 'config-changed')
    await asking.attempt('relation 5')
    await asking.endAttempts()
  }
  await asks('1')

  const repeated = hook('2', 'config-changed')
  assert.deepEqual([[...(await repeated.refused())], repeated.isRepeated()], [['relation 5'], true])
  const next = hook('3', 'config-changed')
  assert.deepEqual([[...(await next.refused())], next.isRepeated()], [['relation 5'], false])
  await next.forgetRefused()
  assert.deepEqual([...(await hook('4', 'update-status').refused())], [])

  await hook('killed', 'config-changed').attempt('relation 5')
  assert.deepEqual([...(await hook('5', 'config-changed').refused())], [], 'a killed hook asks again')

  await asks('5')
  writeFileSync(state, readFileSync(`${state}.next`))
  assert.deepEqual([...(await hook('6', 'config-changed').refused())], [], 'it was committed')
})

test('in a folder that takes no writes nothing is asked for, by an error that names the file; and no hook fails as it ends', async () => {
  const { charm, hook } = openUnit()
  const note = join(charm, '.attempt.json')
  const fill = (): void => symlinkSync('/dev/full', note)
  const first = hook('1', 'config-changed')
  fill()
  for (const name of ['relation 5', 'relation 5', 'relation 6'])
    await assert.rejects(first.attempt(name), { code: 'ENOSPC', path: note })
  await first.endAttempts()
  rmSync(note)

  const second = hook('2', 'config-changed')
  await second.attempt('relation 5')
  rmSync(note)
  fill()
  await second.endAttempts()
  rmSync(note)

  // A note that is there and can't be removed, nor written again.
  const third = hook('3', 'config-changed')
  await third.attempt('relation 5')
  await third.endAttempts()
  const fourth = hook('4', 'config-changed')
  rmSync(note)
  mkdirSync(note)
  assert.deepEqual([...(await fourth.refused())], ['relation 5'])
  await fourth.forgetRefused()
})
