// What etcd listens at must be free before it starts: another program's is said in the status, not in etcd's log alone.

import type { UnitAddresses } from '../../interfaces/etcd-peers.ts'
import { portIsTaken } from '../../machine/port.ts'
import { Blocked } from '../outcome.ts'

const loopback = '127.0.0.1'

export async function checkPorts({ client, peer }: UnitAddresses): Promise<void> {
  const wanted = [
    [client, 2379],
    [loopback, 2379],
    [peer, 2380],
    [loopback, 2380],
    [loopback, 2381],
  ] as const
  for (const [address, port] of wanted) {
    if (await portIsTaken(address, port)) {
      const what = `port ${port} at ${address} is taken by another program`
      throw new Blocked(`${what}; end it, or give this unit a machine of its own`)
    }
  }
}
