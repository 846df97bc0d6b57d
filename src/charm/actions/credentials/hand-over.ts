// The secret in which an operator finds a client's key: of the application, granted to nobody, and read by the model's admin with
// `juju show-secret --reveal`. It ends with the client.

import { ofOperator, operatorsKey, type OperatorRequest } from '../../../interfaces/operator-client.ts'
import { forShell, parseSecretId, unlessMissing } from '../../../juju/index.ts'
import type { ClientCredentials } from '../../../tls/client-credentials.ts'
import type { Charm } from '../../charm.ts'
import type { Observed } from '../../observed.ts'
import { endpointsOf } from '../../plan/clients/endpoints.ts'
import { emptyLedger } from '../../plan/clients/ledger.ts'
import { credentialsLabel } from '../../plan/clients/secret-labels.ts'
import { serverBundle } from '../../plan/issuers/trust.ts'

type Content = Readonly<Record<string, string>>

/** @returns the secret's URI, in its short form */
export async function handOver(
  charm: Charm,
  observed: Observed,
  client: OperatorRequest,
  { certificate, privateKey }: ClientCredentials,
): Promise<string> {
  const content = { ...describe(observed, client), certificate, 'private-key': privateKey }
  return put(charm, client, content)
}

/** `undefined` where the secret, and with it the key, is gone. */
export async function handOverAgain(
  charm: Charm,
  observed: Observed,
  client: OperatorRequest,
): Promise<string | undefined> {
  const label = credentialsLabel(operatorsKey(client.leaf.commonName))
  const stored = await unlessMissing(charm.juju.readSecret({ label }, { peek: true }))
  return stored?.['private-key'] === undefined
    ? undefined
    : put(charm, client, { ...stored, ...describe(observed, client) })
}

async function put({ juju }: Charm, { leaf }: OperatorRequest, content: Content): Promise<string> {
  const label = credentialsLabel(operatorsKey(leaf.commonName))
  const description = `credentials of etcd client ${leaf.commonName}`
  const { uri } = await juju.putSecret({ label, owner: 'application', description, content })
  // As people type it: within a model the id is enough.
  return `secret:${parseSecretId(uri) ?? uri}`
}

/** What may be another by the time that it is asked for again, and how to use it. */
function describe(observed: Observed, { leaf, prefix, readOnly }: OperatorRequest): Content {
  const endpoints = endpointsOf(observed, observed.peers?.ledger ?? emptyLedger, [], ofOperator)
    .map((endpoint) => `https://${endpoint}`)
    .join(',')
  const files = '--cacert=ca.pem --cert=client.crt --key=client.key'
  return {
    username: leaf.commonName,
    // Juju keeps no empty value.
    prefix: prefix || '(every key)',
    access: readOnly ? 'read' : 'read and write',
    expires: new Date(leaf.notAfter).toISOString(),
    endpoints: endpoints || '(none serves yet)',
    'ca-certificate': serverBundle(observed) ?? '(none yet)',
    usage: `etcdctl --endpoints=${endpoints} ${files} get --prefix -- ${forShell(prefix)}`,
  }
}

/** @returns whether there was a secret to remove; in a dry run it stays */
export async function takeBack(
  { juju }: Pick<Charm, 'juju'>,
  commonName: string,
  { dry = false } = {},
): Promise<boolean> {
  const info = await juju.secretInfo({ label: credentialsLabel(operatorsKey(commonName)) })
  if (info && !dry) await juju.removeSecret(info.uri)
  return info !== undefined
}
