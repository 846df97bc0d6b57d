// What is mounted at a folder, as the kernel says. Devices are not compared: Juju's own storage on the root disk is a bind mount, on
// the very device that the folder below it is on.

import { readFile, realpath } from 'node:fs/promises'
import { unlessAbsent } from './file.ts'

/** Kind, source and root of what is on top there, in one line that stays the same over reboots; `undefined` where nothing is. */
export async function readMount(folder: string, table = '/proc/self/mountinfo'): Promise<string | undefined> {
  const place = await unlessAbsent(realpath(folder))
  if (place === undefined) return undefined
  const found = (await readFile(table, 'utf8')).split('\n').flatMap(readRow)
  return found.findLast((row) => row.place === place)?.what
}

interface Row {
  readonly place: string
  readonly what: string
}

/** `36 35 98:0 /root /place rw,noatime shared:1 - ext4 /dev/sda rw` */
function readRow(line: string): readonly Row[] {
  const [before = '', after = ''] = line.split(' - ')
  const [, , , root = '', place] = before.split(' ')
  const [type = '', source = ''] = after.split(' ')
  // What is still to be mounted as soon as somebody looks.
  if (place === undefined || type === 'autofs') return []
  return [{ place: unescaped(place), what: `${type} ${unescaped(source)} ${unescaped(root)}` }]
}

/** Blanks and the like are written as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}
