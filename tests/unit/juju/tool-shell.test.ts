// The shells that start hook tools: what a tool was given, printed, said and ended with arrives as it was, whatever else runs.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isPlainWord, openToolShells } from '../../../src/juju/tool-shell.ts'

const bin = mkdtempSync(join(tmpdir(), 'tool-shell-'))
after(() => rmSync(bin, { recursive: true }))
const env = { PATH: `${bin}:/usr/bin:/bin`, FOLDER: bin }

function tool(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, name), 0o755)
}

tool('says', 'for word in "$@"; do printf "%s\\n" "$word"; done')
tool('fails', 'echo "ERROR é not found" >&2; printf half; exit "$1"')
tool('reads', 'cat')
tool('much', 'head -c 3000000 /dev/zero | tr "\\0" x; head -c 300000 /dev/zero | tr "\\0" e >&2')
tool('sleeps', 'exec sleep 30')
tool('is-killed', 'echo half; kill -9 $$')
tool('ends-its-shell', 'kill -9 $PPID')
tool('counts', 'echo "$1" >>"$FOLDER/counted"; echo "$1"')

const minute = 60_000

test('words arrive as they are: no shell makes anything of them', async () => {
  const shells = openToolShells(env, minute)
  const words = [
    '$HOME',
    '*',
    ';id',
    '`id`',
    '$(id)',
    "'",
    '"',
    '\\',
    '\\n',
    '&',
    '|',
    '>x',
    '#',
    '~',
    'é',
    '--a=b',
  ]
  assert.ok(words.every(isPlainWord))
  assert.deepEqual(await shells.run(['says', ...words]), {
    exitCode: 0,
    stdout: `${words.join('\n')}\n`,
    stderr: '',
  })
})

test('what a shell would split or end at is no plain word', () => {
  for (const text of ['', ' ', 'a b', 'a\tb', 'a\nb', 'a\0b', 'a\u00a0b'])
    assert.equal(isPlainWord(text), false, text)
})

test('exit codes, texts and want of a tool are told apart, and the next tool knows nothing of them', async () => {
  const shells = openToolShells(env, minute)
  assert.deepEqual(await shells.run(['fails', '2']), {
    exitCode: 2,
    stdout: 'half',
    stderr: 'ERROR é not found\n',
  })
  const missing = await shells.run(['no-such-tool'])
  assert.deepEqual([missing.exitCode, missing.stdout], [127, ''])
  assert.match(missing.stderr, /no-such-tool.*not found/)
  const killed = await shells.run(['is-killed'])
  assert.deepEqual(
    [killed.exitCode, killed.stdout],
    [undefined, 'half\n'],
    'a signal is no answer of the tool',
  )
  assert.deepEqual(await shells.run(['true']), { exitCode: 0, stdout: '', stderr: '' })
  // None is given what is meant for its shell.
  assert.deepEqual(await shells.run(['reads']), { exitCode: 0, stdout: '', stderr: '' })
})

test('many at once are each answered by their own, megabytes among them, and each was started once', async () => {
  const shells = openToolShells(env, minute)
  const names = Array.from({ length: 40 }, (_, at) => String(at))
  const [much, ...answers] = await Promise.all([
    shells.run(['much']),
    ...names.map((name) => shells.run(['counts', name])),
  ])
  assert.deepEqual([much.stdout, much.stderr], ['x'.repeat(3_000_000), 'e'.repeat(300_000)])
  assert.deepEqual(
    answers.map(({ stdout }) => stdout.trim()),
    names,
  )
  const counted = execFileSync('sort', ['-n', join(bin, 'counted')], { encoding: 'utf8' })
  assert.deepEqual(counted.trim().split('\n'), names)
})

test('a tool that takes too long, or whose shell ends, is given up, and the next one has another shell', async () => {
  const shells = openToolShells(env, 300)
  for (const name of ['sleeps', 'ends-its-shell']) {
    const { exitCode, stderr } = await shells.run([name])
    assert.equal(exitCode, undefined)
    assert.match(stderr, /was ended/)
    assert.equal((await shells.run(['says', 'on'])).stdout, 'on\n')
  }
})

test('a process that asked all it wanted ends by itself, and its shells with it', () => {
  const script = `import { openToolShells } from ${JSON.stringify(new URL('../../../src/juju/tool-shell.ts', import.meta.url))}
const shells = openToolShells(process.env, 60000)
const pids = await Promise.all([1, 2].map(() => shells.run(['sh', '-c', 'echo\${IFS}$PPID'])))
console.log(pids.map(({ stdout }) => stdout.trim()).join(' '))`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  assert.equal(status, 0)
  const pids = stdout.trim().split(' ').map(Number)
  assert.equal(new Set(pids).size, 2)
  const isThere = (pid: number): boolean => spawnSync('kill', ['-0', String(pid)]).status === 0
  for (let tries = 0; pids.some(isThere) && tries < 100; tries += 1) spawnSync('sleep', ['0.05'])
  assert.deepEqual(pids.filter(isThere), [])
})
