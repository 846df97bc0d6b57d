// Where the packed charms of the field are.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FieldCharm } from './charms.ts'

export function slug({ title }: FieldCharm): string {
  return title.replace(/[^a-z0-9]+/g, '-')
}

/** `undefined` where it was not packed. */
export function archiveOf(row: FieldCharm): string | undefined {
  const path = resolve(`build/field/${slug(row)}.charm`)
  return existsSync(path) ? path : undefined
}
