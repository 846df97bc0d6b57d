// What the provider answered, by the predicate of the field: all parts there, or no access.

import * as z from 'zod/mini'
import type { Databag, RelationId } from '../../../../src/juju/index.ts'
import type { Requirer } from './ask.ts'

export interface Access {
  readonly username: string
  readonly uris: string
  readonly endpoints: string
  readonly version: string
  readonly ca: string
  readonly tls: string
}

export interface Answer {
  readonly relation?: RelationId
  readonly access?: Access
  /** The provider's `status` entries that say what is wrong. */
  readonly refusals: readonly string[]
}

/** Of the one relation, and notes the provider's databag in the unit's own as the field's library does. */
export async function readAnswer({ juju, unit, endpoint }: Requirer): Promise<Answer> {
  const [id] = await juju.relationIds(endpoint)
  if (id === undefined) return { refusals: [] }
  const { data, ...bag } = await juju.readAppBag(id, await juju.remoteApp(id))
  const answer = bag.version === 'v1' ? firstResponse(bag, data) : bag
  const own = await juju.readUnitBag(id, unit)
  await juju.writeUnitBag(id, own, { data: JSON.stringify(bag) })
  const read = async (group: 'user' | 'tls'): Promise<Readonly<Record<string, string>>> => {
    const uri = answer[`secret-${group}`]
    return uri === undefined ? {} : juju.readSecret({ uri }, { refresh: true })
  }
  const [user, tls] = [await read('user'), await read('tls')]
  const access: Access = {
    username: user.username ?? '',
    uris: user.uris ?? '',
    endpoints: answer.endpoints ?? '',
    version: answer.version ?? '',
    ca: tls['tls-ca'] ?? '',
    tls: tls.tls ?? '',
  }
  const complete = Object.values(access).every((value) => value !== '')
  return { relation: id, refusals: readStatus(bag.status), ...(complete && { access }) }
}

const responses = z.array(
  z.looseObject({ 'request-id': z.string(), 'secret-user': z.string(), 'secret-tls': z.string() }),
)
const notes = z.record(z.string(), z.unknown())

/** As strict as the field's v1 library: a response without its id under `data` fails the hook. */
function firstResponse(bag: Databag, data: string | undefined): Databag {
  const rows = responses.parse(JSON.parse(bag.requests ?? '[]'))
  if (rows.length > 0) {
    const known = notes.parse(JSON.parse(data ?? ''))
    for (const row of rows)
      if (!(row['request-id'] in known)) throw new Error(`data lacks the response ${row['request-id']}`)
  }
  const kept = Object.entries(rows[0] ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  )
  return Object.fromEntries(kept)
}

function readStatus(text: string | undefined): readonly string[] {
  const rows: unknown = JSON.parse(text ?? '[]')
  if (!Array.isArray(rows)) return []
  return rows.map((row: unknown) => {
    const message = typeof row === 'object' && row !== null ? Reflect.get(row, 'message') : undefined
    return String(message ?? row)
  })
}
