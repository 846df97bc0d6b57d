// What providers of certificate_transfer write: v1 in the application's databag, v0 in each unit's.

import type { Requirer } from './ask.ts'

export async function transferAuthorities({ juju, app, unit }: Requirer): Promise<void> {
  const { 'client-cas': text, transfer } = await juju.readConfig()
  const blocks = String(text ?? '').match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
  const list = blocks.length > 0 ? JSON.stringify(blocks) : undefined
  for (const id of await juju.relationIds('cas')) {
    const [v0, v1] = transfer === 'v0' ? [list, undefined] : [undefined, list]
    await juju.writeUnitBag(id, await juju.readUnitBag(id, unit), { ca: v0 && blocks[0], chain: v0 })
    if (!(await juju.isLeader())) continue
    await juju.writeAppBag(id, await juju.readAppBag(id, app), { certificates: v1, version: v1 && '1' })
  }
}
