// `juju run etcd/leader revoke-client-credentials common-name=ops`: the access of a client that create-client-credentials made ends now, by the
// same steps as every client's; and its secret is removed.

import * as z from 'zod/mini'
import { printJsonText } from '../../../interfaces/json-text.ts'
import { type Ledger, ledgerKey } from '../../../interfaces/ledger.ts'
import { operatorsKey } from '../../../interfaces/operator-client.ts'
import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { operatorClient } from '../../plan/clients/operator-clients.ts'
import { observe } from '../../reconcile.ts'
import { obey, sameName, whyNotOnLeader } from '../order.ts'
import { dryRun, readParameters, untouched } from '../parameters.ts'
import { describeRest, describeUser } from '../revoke-client.ts'
import { takeBack } from './hand-over.ts'

const parameters = z.object({ 'common-name': z.string().check(z.minLength(1)), ...dryRun })

export async function revokeCredentials(charm: Charm): Promise<void> {
  const { juju } = charm
  const asked = await readParameters(charm, parameters)
  if (!asked) return
  const observed = await observe(charm)
  const refusal = whyNotOnLeader(charm, observed)
  if (refusal !== undefined || !observed.peers) return juju.actionFail(refusal ?? 'there is no peer relation')
  const name = asked['common-name']
  const client = operatorClient(observed.peers.ledger, name)
  const key = ledgerKey(operatorsKey(name))
  if (!client && observed.peers.ledger.entries.has(key))
    return forget(charm, observed, name, asked['dry-run'])
  if (!client) return tellOfNone(charm, observed.peers.ledger, name, asked['dry-run'])
  const { commonName } = client.leaf
  await juju.actionSet({
    outcome:
      'its user is deleted, its certificate refused, its secret removed; what it has open ends as each member restarts in turn',
    json: printJsonText({ 'common-name': commonName, prefix: client.prefix }),
  })
  if (asked['dry-run']) return juju.actionSet(untouched)
  const carried = await obey(charm, observed, { kind: 'revoke', commonName })
  if (!carried) return
  await takeBack(charm, commonName)
  const { observed: after, conditions } = carried
  const left = [...conditions.map(({ message }) => message), ...describeRest(after, commonName)]
  await juju.actionSet({
    done: `${commonName} is revoked; ${describeUser(after, commonName)}`,
    left: left.join('\n') || 'nothing',
  })
}

/** One that had to make room in the truststore has no access to lose. */
async function forget(charm: Charm, observed: Observed, commonName: string, dry: boolean): Promise<void> {
  const { juju } = charm
  await juju.actionSet({ outcome: 'it has lost its access for want of room; its secret is removed' })
  if (dry) return juju.actionSet(untouched)
  if (!(await obey(charm, observed, { kind: 'revoke', commonName }))) return
  await takeBack(charm, commonName)
  await juju.actionSet({ done: `${commonName} is forgotten` })
}

/** Whoever was revoked, or has ended by itself, is not there; the secret of one that has ended may still be. */
export async function tellOfNone(
  { juju }: Pick<Charm, 'juju'>,
  { departed, leaving }: Pick<Ledger, 'departed' | 'leaving'>,
  name: string,
  dry: boolean,
): Promise<void> {
  const isGoing = [...departed.keys(), ...leaving].some((one) => sameName(one, name))
  const whose = isGoing ? `${name} is going already` : `no client is called ${name}`
  if (await takeBack({ juju }, name, { dry })) {
    await juju.actionSet({ outcome: `${whose}; the secret that was left of it is removed` })
    return juju.actionSet(dry ? untouched : { done: `the secret of ${name} is removed` })
  }
  if (isGoing) return juju.actionSet({ done: `nothing: ${whose}` })
  await juju.actionFail(
    `no client credentials have the common name ${name}; list-clients names those that there are, and revoke-client ends a requirer's`,
  )
}
