// Why an etcd ended, as far as its own log says so beyond doubt. Only what can be nothing but the data's fault is called damage:
// a mistake in the configuration, a port that is taken or a full disk must never cost a member its data. Strangers write into this log,
// too: names in certificates that were turned away, keys of requests that took long. So only what etcd itself says counts.

import * as z from 'zod/mini'
import { plainText } from '../plain-text.ts'

/** `outdated`: it was told to join other members than the cluster has by now. */
export type Ending = 'removed' | 'damaged' | 'outdated'

const signs: readonly (readonly [string, Ending])[] = [
  [
    'the member has been permanently removed from the cluster|data-dir used by this member must be removed',
    'removed',
  ],
  ['error validating peerURLs|member count is unequal', 'outdated'],
  // The write-ahead log.
  ['walpb?: (?:crc mismatch|slice bounds out of range|max entry size limit exceeded)', 'damaged'],
  // A record that can't be parsed, before its sum is even compared; others than the member itself never make it fail so.
  [
    String.raw`discovery failed: proto: (?:Record: )?(?:illegal (?:tag|wireType) -?\d+|wiretype end group|wrong wireType = -?\d+ for field)`,
    'damaged',
  ],
  [
    String.raw`failed to read WAL, cannot be repaired: (?:unexpected block type \d+|unexpected EOF)`,
    'damaged',
  ],
  // Cut off at a record that was damaged: the others know of entries that this member has acknowledged, and that it has no more.
  [String.raw`tocommit\(\d+\) is out of range \[lastIndex\(\d+\)\]`, 'damaged'],
  ['wal: (?:file not found|snapshot mismatch|snapshot not found)|cannot use none as id', 'damaged'],
  // The database, as bbolt and etcd's backend say it.
  [
    String.raw`failed to open database: (?:invalid database|version mismatch|checksum error|file size too small \d+)`,
    'damaged',
  ],
  [
    String.raw`assertion failed: (?:Page expected to be|page \d+: has unexpected type)|page \d+ already freed|freepages: failed to get all reachable pages`,
    'damaged',
  ],
  ['database: (?:runtime error: |fault$)', 'damaged'],
  ['failed to recover v3 backend from snapshot', 'damaged'],
  // The member's own comparison with its peers, at its start.
  ['checkInitialHashKV failed|found data inconsistency with peers|failed data corruption check', 'damaged'],
]

/** Where a text begins, or behind plain words that wrap it: a stranger's words stand in quotes, behind what is no such word. */
const patterns = signs.map(([sign, ending]) => [new RegExp(`^(?:[A-Za-z ]+: )*?(${sign})`), ending] as const)

export interface Verdict {
  readonly ending: Ending
  /** The words that say so. */
  readonly words: string
}

/** Of the last run's log. */
export function judgeLog(log: string): Verdict | undefined {
  const texts = etcdsOwn(log)
  for (const [pattern, ending] of patterns) {
    const words = texts.map((text) => pattern.exec(text)?.[1]).find((found) => found !== undefined)
    if (words !== undefined) return { ending, words: plainText(words) }
  }
  return undefined
}

/**
 * What it logged, but for what it goes on after; and Go's own last words, if they were the last: journald cuts a line of 48 KiB, so a long
 * key may make a line of its own.
 */
function etcdsOwn(log: string): readonly string[] {
  const lines = log.split('\n')
  const last = lines.findLastIndex((line) => line.startsWith('{'))
  return lines.flatMap((line, at) => {
    if (at > last && /^(panic|fatal error): /.test(line)) return [lastWords(lines.slice(at))]
    const entry = logged.safeParse(line.startsWith('{') ? parseJson(line) : undefined)
    if (!entry.success || entry.data.level === 'info') return []
    const { msg, error } = entry.data
    return error === undefined ? [msg] : [msg, error, `${msg}: ${error}`]
  })
}

/** A mistake in the code of the database, as Go sees it, is one in its file: its pages say where to read on. */
function lastWords([line = '', ...stack]: readonly string[]): string {
  const words = line.replace(/^(panic|fatal error): /, '')
  // A file that can't be read, by a broken disk say, is SIGBUS.
  const astray =
    words.startsWith('runtime error: ') || (words === 'fault' && stack[0]?.startsWith('[signal SIGSEGV'))
  const first = stack.find((frame) => /^\S+\(/.test(frame) && !/^(panic|runtime\.)/.test(frame))
  return astray && first?.startsWith('go.etcd.io/bbolt') ? `database: ${words}` : words
}

const logged = z.object({
  level: z._default(z.string(), 'other'),
  msg: z.string(),
  error: z.optional(z.string()),
})

const longestWords = 300

/** What of a log tells most about its end: the last of the gravest lines. Empty where the log is. */
export function gravestWords(log: string): string {
  const lines = log.split('\n').flatMap(readLine)
  const gravity = [/^(fatal|panic)$/, /^error$/, /^(warn|other)$/]
  const found = gravity.flatMap((levels) => lines.findLast(({ level }) => levels.test(level)) ?? [])
  return plainText(found[0]?.words ?? '', longestWords)
}

/** What a machine lacks, as etcd and Go say it where a text ends, and what to do about it. */
const lacks: readonly (readonly [words: string, remedy: string])[] = [
  ['no space left on device', 'make room on its disk'],
  ['input/output error', 'its disk fails; replace it'],
  ['too many open files', 'end what else opens so many on this machine'],
  ['address already in use', 'end the other program that has its port'],
]

/** What the machine failed it at, with the remedy, by the words it ended with; `undefined` where they say nothing of the machine. */
export function machineLack(log: string): string | undefined {
  const ends = log.split('\n').flatMap(readLine)
  const words = ends.flatMap(({ level, words }) => (/^(fatal|panic)$/.test(level) ? [words] : []))
  const lack = lacks.find(([sign]) => words.some((text) => text.endsWith(sign)))
  return lack && `${lack[0]}; ${lack[1]}`
}

const rejection = z.object({ 'remote-addr': z.string(), error: z.string() })

/** Addresses that peers came from and that their certificates do not name, as behind address translation; each once, sorted. */
export function rejectedPeers(log: string): readonly string[] {
  const found = log.split('\n').flatMap((line) => {
    const entry = rejection.safeParse(line.includes('rejected connection') ? parseJson(line) : undefined)
    if (!entry.success || !/does not match any of DNSNames|certificate is valid for/.test(entry.data.error))
      return []
    return [entry.data['remote-addr'].replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')]
  })
  return [...new Set(found)].sort()
}

/** etcd writes JSON, but for what it says before it reads its configuration, and for Go's own last words, which a stack follows. */
function readLine(line: string): readonly { readonly level: string; readonly words: string }[] {
  if (!line.startsWith('{')) {
    const panic = /^panic: (.*)/.exec(line)?.[1]
    if (panic !== undefined) return [{ level: 'panic', words: panic }]
    return /^(\s|goroutine |created by |\S+\(|$)/.test(line) ? [] : [{ level: 'other', words: line }]
  }
  const entry = logged.safeParse(parseJson(line))
  if (!entry.success) return []
  const { level, msg, error } = entry.data
  return [{ level, words: error === undefined ? msg : `${msg}: ${error}` }]
}

/** `undefined` for a line that was cut off. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
