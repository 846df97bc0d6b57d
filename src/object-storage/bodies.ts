// What stores answer: read as it comes or, where it is short, whole and with a limit. A store may answer anything, and memory is etcd's.

import { type Content, StoreRefused } from './port.ts'
import { explainFailure } from './reach.ts'

/** In bytes. A page of a thousand objects takes a megabyte at most; of an error two words are read; manifests have some 2 KB. */
export const longest = { page: 16 * 1024 * 1024, error: 16 * 1024, shortContent: 128 * 1024 } as const

/** It is called within the deadline of the request, and what it reads ends with that. */
export type Reader<T> = (response: Response, call: string) => T | Promise<T>

/** Whoever needs no more than that lets go of the rest. */
export const headersOf: Reader<Headers> = async ({ headers, body }) => {
  await body?.cancel()
  return headers
}

export const textOfPage: Reader<string> = async (response, call) => {
  const bytes = await readStart(response, longest.page + 1)
  if (bytes.length > longest.page)
    throw new StoreRefused(`its answer is longer than ${longest.page} bytes`, { call, code: 'TooLong' })
  return decode(bytes)
}

/** Of an error, whose first words are enough. */
export async function textOfError(response: Response): Promise<string> {
  return decode(await readStart(response, longest.error))
}

/**
 * What is short is read at once, and cut where it is not short: its reader finds it too long.
 *
 * @param size as `ObjectStore.get` is told it
 */
export function contentOf(size: number | undefined): Reader<Content> {
  return async (response, call) => {
    if (size !== undefined) return readBody(response, call, size)
    return once(await readStart(response, longest.shortContent))
  }
}

/** What fails on the way is told as what it is. No more comes than was expected: so much room was found for it, and etcd's log lies beside. */
async function* readBody({ body }: Response, call: string, expected: number): Content {
  let size = 0
  try {
    for await (const part of body ?? []) {
      size += part.length
      // Of a store that told no number it is none.
      if (!(size <= expected))
        throw new StoreRefused(`it has more than the ${expected} bytes that it was listed with`, {
          call,
          code: 'TooLong',
        })
      yield part
    }
  } catch (error) {
    throw explainFailure(error, call)
  }
}

async function* once(bytes: Uint8Array<ArrayBuffer>): Content {
  yield bytes
}

async function readStart({ body }: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body ?? []) {
    parts.push(part)
    size += part.length
    if (size >= most) break
  }
  return Buffer.concat(parts).subarray(0, most)
}

/** Without the mark of its encoding, with which Azure begins. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
