// Starts hook tools through two small shells. A fork of the hook's own process copies its page tables while its one thread stands still: 2 ms
// at first, up to 15 once etcd's client is loaded, and a hook of the leader starts two dozen tools (docs/adr/0046). A shell forks in less than one.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { Socket } from 'node:net'

export interface Ended {
  /** 127 where there is no such tool; `undefined` where it never ran, or was ended. */
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface ToolShells {
  /** @param words the tool and its arguments, all of them as `isPlainWord` wants them */
  run(words: readonly string[]): Promise<Ended>
}

/** Juju's agent runs one tool after the other: more shells than this would have processes ready that wait for it. */
const most = 2

/**
 * Splits a line into words and does nothing else with it. What a tool prints ends where the exit code stands between two NULs, and what it says on
 * stderr at one; no tool prints NUL, which JSON and YAML escape.
 */
const script = String.raw`set -f; while read -r call; do $call </dev/null; printf '\0%d\0' $?; printf '\0' >&2; done`

/** Whether a shell takes it for one word, as it is. */
export function isPlainWord(text: string): boolean {
  return /^[^\s\0]+$/.test(text)
}

/** @param timeout milliseconds after which a tool, with all that its shell was to start, is given up */
export function openToolShells(env: Readonly<Record<string, string>>, timeout: number): ToolShells {
  const shells: Shell[] = []
  const leastBusy = (): Shell => {
    const [least] = shells.filter(({ ended }) => !ended).toSorted((a, b) => a.owed - b.owed)
    if (least && (least.owed === 0 || shells.length >= most)) return least
    const shell = openShell(env)
    shells.push(shell)
    return shell
  }
  return {
    async run(words) {
      const shell = leastBusy()
      const timer = setTimeout(() => shell.kill(), timeout)
      const end = await shell.run(words)
      clearTimeout(timer)
      return end
    },
  }
}

interface Shell {
  readonly ended: boolean
  /** Tools that it has not ended yet: it starts one after the other, also while this process has no time to read. */
  readonly owed: number
  run(words: readonly string[]): Promise<Ended>
  kill(): void
}

function openShell(env: Readonly<Record<string, string>>): Shell {
  const child = spawn('/bin/sh', ['-c', script], { env })
  const hold = holderOf(child)
  const owed: ((end: Ended) => void)[] = []
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  let ended = false
  const settle = (end: Ended): void => {
    owed.shift()?.(end)
    if (owed.length === 0) hold(false)
  }
  // A databag may be megabytes long: what came before is not looked at again with each piece of it.
  const read = (stream: Buffer[], bytes: Buffer): void => {
    stream.push(bytes)
    if (!bytes.includes(0)) return
    let [printed, said] = [Buffer.concat(out), Buffer.concat(err)]
    for (;;) {
      const [length, saidLength] = [printed.indexOf(0), said.indexOf(0)]
      const codeEnd = printed.indexOf(0, length + 1)
      if (length === -1 || codeEnd === -1 || saidLength === -1) break
      const code = Number(printed.toString('utf8', length + 1, codeEnd))
      // A shell says by more than 128 that a signal ended it.
      const exitCode = code > 128 ? undefined : code
      const texts = {
        stdout: printed.toString('utf8', 0, length),
        stderr: said.toString('utf8', 0, saidLength),
      }
      ;[printed, said] = [printed.subarray(codeEnd + 1), said.subarray(saidLength + 1)]
      settle({ exitCode, ...texts })
    }
    out.splice(0, out.length, printed)
    err.splice(0, err.length, said)
  }
  const end = (why: string): void => {
    ended = true
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
    while (owed.length > 0) settle({ exitCode: undefined, stdout: '', stderr: why })
  }
  child.stdout.on('data', (bytes: Buffer) => read(out, bytes))
  child.stderr.on('data', (bytes: Buffer) => read(err, bytes))
  // A shell that ended no longer reads; `exit` tells of it, while `close` would wait for a tool that it left behind.
  child.stdin.on('error', () => {})
  child.on('error', (error) => end(error.message))
  child.on('exit', () => end('the shell that starts hook tools was ended'))
  return {
    get ended() {
      return ended
    },
    get owed() {
      return owed.length
    },
    run(words) {
      return new Promise((resolve) => {
        owed.push(resolve)
        hold(true)
        child.stdin.write(`${words.join(' ')}\n`)
      })
    },
    kill: () => child.kill('SIGKILL'),
  }
}

/** Only while a tool runs does a shell keep the process from ending. */
function holderOf(child: ChildProcessWithoutNullStreams): (held: boolean) => void {
  const streams = [child.stdin, child.stdout, child.stderr].filter((stream) => stream instanceof Socket)
  return (held) => {
    for (const each of [child, ...streams]) held ? each.ref() : each.unref()
  }
}
