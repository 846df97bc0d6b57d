// How often etcd's access control has changed: a request that was on its way while it did may fail.

import type { Model } from '../emulator/index.ts'
import { etcdctl } from './world.ts'

export async function accessRevision(model: Model, unit = 'etcd/0'): Promise<number> {
  const { authRevision } = JSON.parse(await etcdctl(model.unit(unit).host, '-w', 'json', 'auth', 'status'))
  return Number(authRevision)
}
