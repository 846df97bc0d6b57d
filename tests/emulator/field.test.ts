// What charms of the field take for granted: golden tests of options without a value, secrets with times, services with an environment,
// snapd's socket, and a machine that is theirs alone; on both Jujus.

import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import { test } from 'node:test'
import { openModel, type Profile } from './index.ts'
import { ask, packProbe } from './probe.ts'

const options = { etcd: process.env.ETCD_BIN_DIR ?? '', cache: process.env.EMULATOR_CACHE ?? '' }

for (const profile of ['3.6', '4.0'] as const) {
  test(`on Juju ${profile}, options get their types, and those without a value have none`, () =>
    withProbe(profile, typed))
  test(`on Juju ${profile}, secrets have their times and their description`, () => withProbe(profile, timed))
}

type Probe = Awaited<ReturnType<typeof openModel>>

async function withProbe(profile: Profile, tell: (model: Probe) => Promise<void>): Promise<void> {
  await using probe = await packProbe()
  await using model = await openModel({ ...options, profile })
  await model.deploy('p', { archive: probe.archive, config: { level: '7', ratio: '1.5', loud: 'True' } })
  await model.settle()
  await tell(model)
}

async function outputs(model: Probe, ...lines: readonly string[]): Promise<readonly string[]> {
  return (await ask(model, 'p/0', lines)).map(({ out, err }) => `${out}${err}`.trim())
}

async function typed(model: Probe): Promise<void> {
  assert.deepEqual(await outputs(model, 'config-get --format=json', 'config-get empty --format=json'), [
    '{"level":7,"loud":true,"ratio":1.5,"title":"My Site"}',
    'null',
  ])
  model.config('p', { title: '12', level: '-3', loud: 'f', ratio: '2' })
  assert.deepEqual(await outputs(model, 'config-get --format=json'), [
    '{"level":-3,"loud":false,"ratio":2,"title":"12"}',
  ])
  const before = await outputs(model, 'config-get --format=json')
  for (const [option, text, type] of [
    ['level', '1.5', 'int'],
    ['ratio', 'x', 'float'],
    ['loud', 'yes', 'boolean'],
  ] as const)
    assert.throws(
      () => model.config('p', { title: 'not set', [option]: text }),
      new Error(`option "${option}" expected ${type}, got "${text}"`),
    )
  assert.deepEqual(await outputs(model, 'config-get --format=json'), before)
}

async function timed(model: Probe): Promise<void> {
  const [added = ''] = await outputs(
    model,
    'secret-add --label l --description d --rotate quarterly --expire 2040-01-02T03:04:05 key=one',
  )
  const info = async (): Promise<Record<string, unknown>> => {
    const [text = ''] = await outputs(model, 'secret-info-get --label l --format=json')
    return Object.values<Record<string, unknown>>(JSON.parse(text))[0] ?? {}
  }
  const { rotates, ...rest } = await info()
  assert.deepEqual(rest, {
    revision: 1,
    label: 'l',
    owner: 'application',
    description: 'd',
    rotation: 'quarterly',
    expiry: '2040-01-02T03:04:05Z',
  })
  // By the calendar: no number of days is a quarter.
  const due = new Date()
  due.setUTCMonth(due.getUTCMonth() + 3)
  assert.ok(Math.abs(Date.parse(String(rotates)) - due.getTime()) < 600_000, String(rotates))
  // Each by itself: content and the other time stay.
  await outputs(model, `secret-set ${added} --expire 2041-01-02T03:04:05.678901Z`)
  assert.deepEqual(await info(), { ...rest, rotates, expiry: '2041-01-02T03:04:05Z' })
  await outputs(model, `secret-set ${added} --rotate yearly`)
  assert.deepEqual(await info(), { ...rest, rotates, rotation: 'yearly', expiry: '2041-01-02T03:04:05Z' })
  await outputs(model, `secret-set ${added} --rotate daily`)
  const soon = Date.parse(String((await info()).rotates)) - Date.now()
  assert.ok(soon > 85_000_000 && soon < 87_000_000, String(soon))
  // Another one of which the times are all that was ever changed.
  const [plain = ''] = await outputs(model, 'secret-add key=one')
  const [shown = ''] = await outputs(
    model,
    `secret-set ${plain} --expire 1h; secret-info-get ${plain} --format=json`,
  )
  assert.match(shown, /"rotation":"never","expiry":"/)
}

test('services have the environment, the folder and the words of their unit file, and nothing of who starts them', () =>
  withProbe('4.0', async (model) => {
    const unit = [
      '[Service]',
      'Environment=PLAIN=1 "WORDS=two words"',
      'Environment=GONE=x',
      'UnsetEnvironment=GONE',
      'EnvironmentFile=-/no/such/file',
      'EnvironmentFile=/etc/x.env',
      'WorkingDirectory=/srv',
      `ExecStart=/bin/sh -c "pwd; env; exec sleep 1000"`,
    ].join('\\n')
    const seen = await outputs(
      model,
      `echo 'FROM_FILE=yes' >/etc/x.env; printf '${unit.replaceAll("'", '')}\\n' >/etc/systemd/system/x.service`,
      'MINE=1 systemctl enable --now x; sleep 0.5; cat /var/log/x.service.log',
      'systemctl --quiet is-active x; echo $?; systemctl is-enabled x; systemctl is-failed x; systemctl is-active y',
      'systemctl stop x; systemctl mask x; systemctl start x; echo $?',
    )
    const [, log = '', states, masked] = seen
    const lines = log.split('\n')
    assert.equal(lines[0], '/srv')
    for (const line of ['PLAIN=1', 'WORDS=two words', 'FROM_FILE=yes']) assert.ok(lines.includes(line), log)
    assert.doesNotMatch(log, /MINE|GONE|JUJU_|CHARM_DIR/)
    assert.equal(states, '0\nenabled\nactive\ninactive')
    assert.match(masked ?? '', /^1\n.*masked/s)
  }))

test("snapd's socket tells what the snap command does", () =>
  withProbe('4.0', async (model) => {
    const curl = (path: string, post?: object): string =>
      `curl -s --unix-socket /run/snapd.socket ${post ? `-d '${JSON.stringify(post)}'` : ''} 'http://localhost/v2/${path}'`
    const [none, found, unknown, absent, there] = await outputs(
      model,
      curl('snaps'),
      curl('find?name=charmed-etcd'),
      curl('find?name=other'),
      curl('snaps/charmed-etcd'),
      'test -f /usr/bin/snap && echo yes',
    )
    assert.deepEqual(JSON.parse(none ?? '').result, [])
    const [{ name, channel, revision, confinement, version }] = JSON.parse(found ?? '').result
    assert.deepEqual([name, channel, revision, confinement], ['charmed-etcd', 'stable', '1', 'strict'])
    assert.match(version, /^3\.\d+\.\d+$/)
    for (const text of [unknown, absent]) assert.equal(JSON.parse(text ?? '').result.kind, 'snap-not-found')
    assert.equal(there, 'yes')
    const [refused, snaps, apps] = await outputs(
      model,
      'snap install other',
      `snap install charmed-etcd --channel=3.6/edge >/dev/null; ${curl('snaps')}`,
      curl('apps?names=charmed-etcd&select=service'),
    )
    assert.match(refused ?? '', /snap "other" not found/)
    const [installed] = JSON.parse(snaps ?? '').result
    assert.deepEqual(
      [installed.channel, installed.version, installed.status],
      ['3.6/edge', version, 'active'],
    )
    const [app] = JSON.parse(apps ?? '').result
    assert.deepEqual([app.snap, app.name, app.daemon, app.active], ['charmed-etcd', 'etcd', 'simple', false])
    const [held, change] = await outputs(
      model,
      `${curl('snaps/charmed-etcd', { action: 'hold' })}; snap info charmed-etcd | grep hold`,
      curl('changes/1'),
    )
    assert.match(held ?? '', /"type":"async".*"change":"1".*hold: +forever/s)
    assert.equal(JSON.parse(change ?? '').result.status, 'Done')
  }))

test('what a charm writes below /usr and /etc, its machine alone sees', async () => {
  const files = ['/usr/bin/of-a-charm', '/usr/lib/of-a-charm', '/usr/local/bin/of-a-charm', '/etc/of-a-charm']
  await using probe = await packProbe()
  await using model = await openModel(options)
  await model.deploy('p', { archive: probe.archive, units: 2 })
  await model.settle()
  const written = await ask(
    model,
    'p/0',
    files.map((file) => `echo mine >${file} && cat ${file}`),
  )
  assert.deepEqual(
    written.map(({ out }) => out),
    files.map(() => 'mine\n'),
  )
  const others = await ask(
    model,
    'p/1',
    files.map((file) => `cat ${file}`),
  )
  assert.deepEqual(
    others.map(({ code }) => code),
    files.map(() => 1),
  )
  for (const file of files) await assert.rejects(access(file))
})
