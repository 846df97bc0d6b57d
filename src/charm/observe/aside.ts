// How much earlier data this unit keeps for its operator.

import { readdir } from 'node:fs/promises'
import { exists, unlessAbsent } from '../../machine/file.ts'
import { asidePrefix, copyAside, memberAside } from '../layout.ts'

export const mostAside = 3

/** An empty one is of a hook that died on the way. */
export async function countAside(folder: string, but?: string): Promise<number> {
  const listed = (await unlessAbsent(readdir(folder))) ?? []
  const names = listed.filter((name) => name.startsWith(asidePrefix) && `${folder}/${name}` !== but)
  const filled = await Promise.all(names.map((name) => isFilled(`${folder}/${name}`)))
  return filled.filter(Boolean).length
}

async function isFilled(aside: string): Promise<boolean> {
  return (await exists(memberAside(aside))) || (await exists(copyAside(aside)))
}

export function describeAside(folder: string): string {
  return `${mostAside} folders ${asidePrefix}* in ${folder} hold earlier data of this unit; look at them and delete what is not needed`
}
