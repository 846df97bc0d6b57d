// One requirer's answer: two secrets, created and granted once and then only revised, and the databag that names them, all in
// one hook. Their URIs stay the same for the life of the relation (facts/etcd-client.md §3.3).

import {
  printAnswer,
  type ResponseParts,
  tlsSecret,
  userSecret,
} from '../../interfaces/etcd-client-answer.ts'
import { unlessGone } from '../../juju/errors.ts'
import type { RelationId } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import { secretLabels } from '../secret-labels.ts'
import type { AnswerToPublish, ResponseToPublish } from '../step.ts'

export async function publishAnswer(charm: Charm, answer: AnswerToPublish): Promise<void> {
  const { juju, context } = charm
  const relation = juju.relationId(answer.relation)
  // It may have ended while nobody led: nobody listens any more, and the next sweep ends the access.
  const current = await unlessGone(juju.readAppBag(relation, context.app))
  if (!current) return
  const responses: ResponseParts[] = []
  for (const response of answer.responses) responses.push(await putSecrets(charm, relation, answer, response))
  const wanted = printAnswer({ ...answer, endpoints: answer.endpoints.join(','), responses })
  // Nothing to report and nothing reported so far: the key needn't be there.
  if (answer.statuses.length === 0 && current.status === undefined) delete wanted.status
  await juju.writeAppBag(relation, current, wanted)
}

async function putSecrets(
  { juju }: Charm,
  relation: RelationId,
  { endpoints, protocol, authority }: AnswerToPublish,
  { request, echo, username }: ResponseToPublish,
): Promise<ResponseParts> {
  const [userLabel, tlsLabel] = secretLabels({ relation, request })
  const shared = { owner: 'application', grantTo: [relation] } as const
  const known = username === undefined ? await juju.secretInfo({ label: userLabel }) : undefined
  const user =
    known ??
    (await juju.putSecret({ ...shared, label: userLabel, content: userSecret(username ?? '', endpoints) }))
  const tls = await juju.putSecret({ ...shared, label: tlsLabel, content: tlsSecret(protocol, authority) })
  return { request, echo, secretUser: user.uri, secretTls: tls.uri }
}
