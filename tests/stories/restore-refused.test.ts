// What is not to be restored is refused in words, by verify-backup as by restore, and nothing of the cluster is touched; nor is it without
// confirm=true.

import assert from 'node:assert/strict'
import { story } from './driver/story.ts'
import { leaderOf, restoreOn, saveSnapshot, shellOn } from './snapshots.ts'
import {
  assertSound,
  assertWrites,
  countKeys,
  deployServed,
  setAsideOn,
  startsOf,
  startsSince,
} from './sound.ts'

/** Each makes a file of `good.db` in `incoming/`, and what restore says of it. */
const cases: readonly (readonly [file: string, make: string, refusal: RegExp])[] = [
  ['flipped.db', flip(), /flipped.db: it is damaged or cut off: it is not what etcd wrote/],
  ['cut.db', 'head -c -1000 $incoming/good.db >$incoming/cut.db', /cut.db: it is damaged or cut off/],
  [
    'sealless.db',
    'head -c -32 $incoming/good.db >$incoming/sealless.db',
    /bears no hash of etcd's at its end/,
  ],
  ['text.db', 'yes | head -c 4096 >$incoming/text.db', /it is no snapshot of etcd's/],
  ['raw.db', 'cp $incoming/../member/snap/db $incoming/raw.db', /a copy of a member's database/],
  ['newer.db', newer(), /etcd 3\.9\.0 wrote it, and installed is 3\.\d+\.\d+.*; refresh etcd first/],
  ['other.db', manifest('other.db', '{"size":1}'), /not the file that its manifest was written for/],
  ['rubbish.db', rubbish(), /is no manifest that this charm can read/],
  ['ahead.db', manifest('ahead.db', '{"revision":"999999"}'), /its manifest says 999999/],
  ['hash.db', manifest('hash.db', '{"hashKv":"1"}'), /hash of its keys is not what its manifest says/],
  ['later.db', manifest('later.db', '{"etcdVersion":"3.9.1"}'), /etcd 3\.9\.1 wrote it/],
  ['nowhere.db', 'true', /there is no file .*\/incoming\/nowhere.db on this unit/],
  ['../member/snap/db', 'true', /is no name of a file/],
  ['link.db', 'ln -sf /etc/passwd $incoming/link.db', /there is no file .*link.db/],
]

function flip(): string {
  return `cp $incoming/good.db $incoming/flipped.db
perl -e 'open F, "+<", shift; seek F, 9000, 0; read F, $b, 1; seek F, 9000, 0; print F $b ^ "\\x01"' $incoming/flipped.db`
}

/** With the version of another release, and etcd's own hash of it. */
function newer(): string {
  return `perl -MDigest::SHA -0777 -ne '$_ = substr $_, 0, -32;
s/(clusterVersion|storageVersion)3\\.\\d+\\.0/\${1}3.9.0/g; print $_, Digest::SHA::sha256($_)' $incoming/good.db >$incoming/newer.db`
}

function manifest(file: string, wrong: string): string {
  return `cp $incoming/good.db $incoming/${file}
perl -MDigest::SHA -MJSON::PP -e 'my ($f, $wrong) = @ARGV; my $d = Digest::SHA->new(256)->addfile($f, "b")->hexdigest;
my $t = "2026-11-26T21:30:05Z";
print encode_json({v => 1, id => $t, application => "etcd", model => "m", modelUuid => "u", etcdVersion => "3.5.0", size => -s $f,
  sha256 => $d, takenFrom => "etcd/0", takenBy => "etcd/0", startedAt => $t, finishedAt => $t, %{decode_json($wrong)}})' \\
  $incoming/${file} '${wrong}' >$incoming/${file}.manifest.json`
}

function rubbish(): string {
  return 'cp $incoming/good.db $incoming/rubbish.db; echo rubbish >$incoming/rubbish.db.manifest.json'
}

story('what is not to be restored is refused in words', { ownModel: true }, async (told) => {
  const { model, step } = told
  const id = await deployServed(model, 1)
  const leader = await leaderOf(model)
  await assertWrites(model, id, '/web/a')
  await saveSnapshot(model, leader, 'good.db')
  await assertWrites(model, id, '/web/b')
  const before = await startsOf(model)

  for (const [file, make, refusal] of cases)
    await step(file, async () => {
      await shellOn(model, leader, make)
      for (const action of ['verify-backup', 'restore']) {
        const confirm = action === 'restore' && { confirm: true }
        const { status, message } = await model.runAction(leader, action, { file, ...confirm })
        assert.equal(status, 'failed')
        assert.match(message, refusal)
      }
    })

  await step('what is good is verified, with what is in it', async () => {
    const { status, results, message } = await model.runAction(leader, 'verify-backup', { file: 'good.db' })
    assert.equal(status, 'completed', message)
    assert.deepEqual([results.verified, results.keys, results.users], ['true', '1', 'root, web'])
  })

  await step('nothing of the cluster was touched, and nothing is left behind', async () => {
    await model.settle()
    await assertSound(told)
    assert.deepEqual(await startsSince(model, before), [0])
    assert.equal(await countKeys(model, leader, '/web/'), 2)
    assert.equal(await setAsideOn(model, leader), 0)
    const left = await shellOn(model, leader, 'ls $incoming/..; pgrep -xc etcd || true')
    assert.deepEqual(
      left.split('\n').filter((line) => line !== ''),
      ['incoming', 'member', '1'],
    )
  })

  await step('a copy without a hash is taken where the operator insists', async () => {
    const { status, message, results } = await restoreOn(model, leader, { file: 'sealless.db', force: true })
    assert.equal(status, 'completed', message)
    assert.match(results.hash ?? '', /taken by force/)
    assert.equal(results.done, 'nothing')
  })
})
