// `juju run etcd/leader rotate-authorities`: new certificate authorities for peers, servers and the admin, without an outage. It only
// begins: the units' hooks go on, and `juju status` tells when they are done.

import type { Charm } from '../charm.ts'
import { publish } from '../publish/publish.ts'
import { rotationUnderWay } from '../plan/certificates/rotation.ts'
import { observe } from '../reconcile.ts'
import { whyNotOnLeader } from './order.ts'

export async function rotateAuthorities(charm: Charm): Promise<void> {
  const observed = await observe(charm)
  const { authorities, rotation } = observed.peers?.application ?? {}
  const refusal = whyNotOnLeader(charm, observed)
  if (refusal !== undefined) return charm.juju.actionFail(refusal)
  if (!authorities) return charm.juju.actionFail('there are no authorities yet; wait until etcd serves')
  if (rotation !== undefined) return charm.juju.actionFail(rotationUnderWay(observed))
  const { conditions, leads } = await publish(charm, observed, [
    { kind: 'authorities/rotate', to: 'introduce', why: 'the operator asks for it' },
  ])
  const [problem] = conditions
  if (!leads || problem)
    return charm.juju.actionFail(problem?.message ?? 'this unit leads no more; run it again')
  await charm.juju.actionSet({ result: 'begun; juju status tells when every unit has followed' })
}
