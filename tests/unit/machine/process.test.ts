import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CommandFailed, CommandMissing, run } from '../../../src/machine/process.ts'

describe('running a program', () => {
  it('gives what it printed, without the last line’s end', async () => {
    assert.equal(await run('printf', ['a\\nb\\n']), 'a\nb')
  })

  it('feeds it its input, which appears nowhere else', async () => {
    assert.equal(await run('cat', [], { input: 'secret' }), 'secret')
    const failing = run('sh', ['-c', 'cat >/dev/null; exit 3'], { input: 'secret' })
    await assert.rejects(
      failing,
      (error: Error) => !JSON.stringify([error.message, error.stack]).includes('secret'),
    )
  })

  it('gives it an end of input where there is none to feed', async () => {
    assert.equal(await run('cat', []), '')
  })

  it('tells the exit code and the last of what it complained of', async () => {
    const complaints = 'for line in 1 2 3 4 5 6 7; do echo "line $line" >&2; done; exit 4'
    await assert.rejects(run('sh', ['-c', complaints]), (error: unknown) => {
      assert.ok(error instanceof CommandFailed)
      assert.equal(error.exitCode, 4)
      assert.match(error.message, /^sh -c .* exited with 4: line 3\nline 4\nline 5\nline 6\nline 7$/)
      assert.equal(error.stderr, 'line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7')
      return true
    })
  })

  it('keeps all that it complained of, however long, and shows little of it', async () => {
    const complaint = `printf "first"; head -c 300000 /dev/zero | tr '\\0' x; printf "last"; exit 1`
    await assert.rejects(run('sh', ['-c', `(${complaint}) >&2`]), (error: unknown) => {
      assert.ok(error instanceof CommandFailed)
      assert.match(error.stderr, /^firstx{300000}last$/)
      assert.ok(error.message.length < 1_300)
      return true
    })
  })

  it('ends it after its time limit and says so', async () => {
    await assert.rejects(run('sleep', ['60'], { timeoutMs: 50 }), {
      name: 'CommandFailed',
      message: 'sleep 60 was still running after 50 ms',
      exitCode: undefined,
    })
  })

  it('says which signal ended it', async () => {
    await assert.rejects(run('sh', ['-c', 'kill -KILL $$']), { message: /was ended by SIGKILL$/ })
  })

  it('names a program that is not there, and is no CommandFailed', async () => {
    await assert.rejects(run('no-such-program', ['x']), (error: unknown) => {
      assert.ok(error instanceof CommandMissing)
      assert.match(error.message, /^no-such-program is not on this machine; install it/)
      return true
    })
  })

  it('has it speak English, and adds to the environment', async () => {
    const script = 'echo "$LC_ALL $EXTRA"'
    assert.equal(await run('sh', ['-c', script], { env: { EXTRA: 'more' } }), 'C.UTF-8 more')
  })
})
