// One requirer's answer: two secrets, created and granted once and then only revised, and the databag that names them, all in
// one hook. Their URIs stay the same for the life of the relation (facts/etcd-client.md §3.3).

import {
  printAnswer,
  type ResponseParts,
  tlsSecret,
  userSecret,
} from '../../interfaces/etcd-client-answer.ts'
import {
  NotFound,
  type RelationId,
  type SecretContent,
  type SecretUri,
  unlessGone,
} from '../../juju/index.ts'
import type { Charm } from '../charm.ts'
import { secretLabels } from '../plan/clients/secret-labels.ts'
import type { AnswerToPublish, ResponseToPublish } from '../step.ts'
import { beginWriting } from '../writes-to-relations.ts'

/** `again`: it can't be told now, and is to be told by a later hook. */
export async function publishAnswer(charm: Charm, answer: AnswerToPublish): Promise<'again' | undefined> {
  const { juju, context } = charm
  const relation = juju.relationId(answer.relation)
  // It may have ended while nobody led: nobody listens any more, and the next sweep ends the access.
  const current = await unlessGone(juju.readAppBag(relation, context.app))
  if (!current) return undefined
  await beginWriting(charm, relation)
  const responses: ResponseParts[] = []
  for (const response of answer.responses) {
    const parts = await putSecrets(charm, relation, answer, response)
    if (!parts) return 'again'
    responses.push(parts)
  }
  const wanted = printAnswer({ ...answer, endpoints: answer.endpoints.join(','), responses })
  // Nothing to report and nothing reported so far: the key needn't be there.
  if (answer.statuses.length === 0 && current.status === undefined) delete wanted.status
  await juju.writeAppBag(relation, current, wanted)
  return undefined
}

async function putSecrets(
  charm: Charm,
  relation: RelationId,
  { endpoints, protocol, authority }: AnswerToPublish,
  { request, echo, username }: ResponseToPublish,
): Promise<ResponseParts | undefined> {
  const [userLabel, tlsLabel] = secretLabels({ relation, request })
  const known = username === undefined ? await charm.juju.secretInfo({ label: userLabel }) : undefined
  const user = known ?? (await put(charm, relation, userLabel, userSecret(username ?? '', endpoints)))
  const tls = await put(charm, relation, tlsLabel, tlsSecret(protocol, authority))
  return user && tls && { request, echo, secretUser: user.uri, secretTls: tls.uri }
}

/**
 * Whose latest revision is gone takes no other one, and its label is free once it is removed and this hook done: `undefined`. So it is
 * where a secret is to be granted and the requirer has no units: nobody knows then whether the relation is alive.
 */
async function put(
  { juju }: Charm,
  relation: RelationId,
  label: string,
  content: SecretContent,
): Promise<{ readonly uri: SecretUri } | undefined> {
  const known = await juju.secretInfo({ label })
  const granted = known !== undefined && known.access.length > 0
  const alive = granted || (await juju.relationUnits(relation)).length > 0
  if (!known && !alive) return undefined
  try {
    const grantTo = alive ? [relation] : []
    return await juju.putSecret({ label, owner: 'application', content, grantTo }, known ?? 'absent')
  } catch (error) {
    if (!(error instanceof NotFound) || !known) throw error
    await juju.removeSecret(known.uri)
    return undefined
  }
}
