// What the end of a trial says of the snapshot that was tried: only what etcd or etcdutl says of the data in words of its own. A machine that
// is short of memory or of room, a signal and a time limit end the same programs, and the snapshot may be as good as ever.

import { plainText } from '../plain-text.ts'
import { gravestWords, judgeLog } from './judge-log.ts'

/** How a program ended. */
export interface ProgramEnd {
  /** In words: `exited with 2`, `was ended by SIGKILL`. */
  readonly how: string
  /** And not by a signal, which its time limit is, too. */
  readonly byItself: boolean
  /** What it wrote to its standard error: the end of it at least. */
  readonly said: string
}

const longestWords = 300

/** etcdutl's own comparison of a snapshot with the hash at its end, as 3.4 to 3.6 tell it. */
const comparison =
  /^Error: ((?:expected sha256 |snapshot missing hash|snapshot file integrity check failed).*)/m

/** @returns the words that blame the data; `undefined` where none do, whatever ended it */
export function damageIn({ byItself, said }: ProgramEnd): string | undefined {
  if (!byItself) return undefined
  const compared = comparison.exec(said)?.[1]
  if (compared !== undefined) return plainText(compared, longestWords)
  const verdict = judgeLog(said)
  return verdict?.ending === 'damaged' ? verdict.words : undefined
}

/** What it said last about its end. Empty where it ended without a word, as by a signal: what it said before is of something else then. */
export function lastWordsOf({ byItself, said }: ProgramEnd): string {
  const told = /^(?:Error|fatal error): (.*)/m.exec(said)?.[1]
  if (told === undefined && !byItself) return ''
  // Go repeats the message of a panic, and leaves out why.
  const logged = said.split('\n').filter((line) => line.startsWith('{'))
  return plainText(told ?? (gravestWords(logged.join('\n')) || gravestWords(said)), longestWords)
}
