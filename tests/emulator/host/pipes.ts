// Real pipes for what processes print: Node gives its children sockets, which nobody can open again by /dev/stderr. A helper makes
// them, and whoever opens them by its /proc has them from then on.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'

export interface Pipe {
  /** For the child; it is to be closed here once the child has it. */
  readonly write: number
  readonly reader: Socket
}

/** For each line that it reads it makes a pipe and tells its ends, which it closes with the next line. */
const script = `$| = 1;
while (<STDIN>) { pipe(my $r, my $w); print fileno($r), " ", fileno($w), "\\n"; <STDIN> }`

let helper: ChildProcess | undefined
let last: Promise<unknown> = Promise.resolve()

/** One after the other: the helper holds a pipe until it has been opened from here. */
export function openPipe(): Promise<Pipe> {
  const next = last.then(makePipe)
  last = next.catch(() => {})
  return next
}

async function makePipe(): Promise<Pipe> {
  helper ??= startHelper()
  const { stdin, stdout, pid } = helper
  if (!stdin || !stdout) throw new Error('there is no helper that makes pipes')
  // It keeps this process alive only as long as one waits for it.
  keep(stdout, 'ref')
  stdin.write('\n')
  const [told] = await once(stdout, 'data')
  const [read = '', write = ''] = String(told).trim().split(' ')
  const fd = openSync(`/proc/${pid}/fd/${read}`, constants.O_RDONLY | constants.O_NONBLOCK)
  const pipe = { write: openSync(`/proc/${pid}/fd/${write}`, constants.O_WRONLY), reader: new Socket({ fd }) }
  stdin.write('\n')
  keep(stdout, 'unref')
  return pipe
}

/** It ends with this process, which holds its standard input. */
function startHelper(): ChildProcess {
  const started = spawn('perl', ['-e', script], { stdio: ['pipe', 'pipe', 'ignore'] })
  started.unref()
  for (const stream of [started.stdin, started.stdout]) keep(stream, 'unref')
  return started
}

function keep(stream: unknown, how: 'ref' | 'unref'): void {
  if (stream instanceof Socket) stream[how]()
}

/** What came out of it so far, and whether nothing more can come. */
export function readPipe({ reader }: Pipe): {
  readonly text: () => string
  readonly ended: Promise<unknown>
} {
  let text = ''
  reader.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return { text: () => text, ended: once(reader, 'close') }
}

export function closeHere({ write }: Pipe): void {
  closeSync(write)
}
