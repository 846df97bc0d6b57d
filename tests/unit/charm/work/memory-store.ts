// A store that is a table in memory, and notes what it was asked.

import {
  type Content,
  ObjectMissing,
  type ObjectStore,
  type StoredObject,
} from '../../../../src/object-storage/port.ts'

export interface MemoryStore extends ObjectStore {
  readonly texts: Map<string, string>
  /** `get a/b`, `delete a/b`. */
  readonly asked: string[]
}

export function openMemoryStore(contents: Readonly<Record<string, string>>): MemoryStore {
  const texts = new Map(Object.entries(contents))
  const asked: string[] = []
  const describe = (key: string, text: string): StoredObject => ({
    key,
    size: text.length,
    modified: 0,
    etag: text,
  })
  return {
    texts,
    asked,
    async put(key, content) {
      const parts: Uint8Array[] = []
      for await (const part of content) parts.push(part)
      texts.set(key, Buffer.concat(parts).toString())
    },
    async get(key) {
      asked.push(`get ${key}`)
      const text = texts.get(key)
      if (text === undefined)
        throw new ObjectMissing('it is not there', { call: `get ${key}`, code: 'NoSuchKey' })
      return contentOf(text)
    },
    async list(prefix) {
      const found = [...texts].filter(([key]) => key.startsWith(prefix)).sort()
      return { objects: found.map(([key, text]) => describe(key, text)), prefixes: [] }
    },
    async head(key) {
      const text = texts.get(key)
      return text === undefined ? undefined : describe(key, text)
    },
    async delete(key) {
      asked.push(`delete ${key}`)
      texts.delete(key)
    },
  }
}

async function* contentOf(text: string): Content {
  yield new TextEncoder().encode(text)
}
