// What a requirer was told, held against what Juju has of it: its databag, the secrets that it names, and whom they are granted to.

import { digest } from '../../../interfaces/digest.ts'
import {
  printAnswer,
  type ResponseParts,
  tlsSecret,
  userSecret,
} from '../../../interfaces/etcd-client-answer.ts'
import type { GivenSeen, Observed, SecretSeen } from '../../observed.ts'
import { encryptionLabel, secretLabels } from './secret-labels.ts'
import type { AnswerToPublish, ResponseToPublish, Write } from '../../step.ts'

type Content = Readonly<Record<string, string>>

/** Why it is to be told once more, if what it was told is not there any more. */
export function whyTellAgain(answer: AnswerToPublish, given: GivenSeen): string | undefined {
  const responses: ResponseParts[] = []
  for (const response of answer.responses) {
    const [user, tls] = secretLabels({ ...answer, request: response.request }).map((label) =>
      given.secrets.get(label),
    )
    if (!user || !tls) return 'a secret that it was given is gone'
    if (!holds(tls, tlsSecret(answer.protocol, answer.authority)) || !holds(user, userOf(answer, response)))
      return 'a secret that it was given holds something else'
    if (user.granted === false || tls.granted === false)
      return 'a secret that it was given is not granted to it'
    responses.push({ ...response, secretUser: user.uri, secretTls: tls.uri })
  }
  const wanted = printAnswer({ ...answer, endpoints: answer.endpoints.join(','), responses })
  const differs = Object.entries(wanted).some(([key, value]) => !sameText(key, given.databag[key], value))
  return differs ? 'its databag does not say any more what it was told' : undefined
}

/** One between two users keeps the secret that it has. */
function userOf({ endpoints }: AnswerToPublish, { username }: ResponseToPublish): Content | undefined {
  return username === undefined ? undefined : userSecret(username, endpoints)
}

function holds({ digests }: SecretSeen, wanted: Content | undefined): boolean {
  if (digests === undefined) return false
  return (
    wanted === undefined || Object.entries(wanted).every(([key, value]) => digests[key] === digest(value))
  )
}

/** Nothing to report needs no key. */
function sameText(key: string, is: string | undefined, wanted: string | undefined): boolean {
  if (key === 'status' && wanted === '[]') return is === undefined || is === wanted
  return (is ?? '') === (wanted ?? '')
}

/**
 * Grants that Juju shows to nobody, across models: to give them again is no change where they are there, and the only way to know. So that
 * a quiet model stays quiet, not at each update-status. The key to encrypt by is granted again where it is not granted, too.
 */
export function planGrants({ leader, leaving, collect, clients }: Observed): readonly Write[] {
  if (!leader || leaving) return []
  return [...clients.given].flatMap(([relation, { secrets }]) => {
    const encryption = encryptionLabel(relation)
    const labels = [...secrets].flatMap(([label, { granted }]) =>
      (granted === undefined && !collect) || (granted === false && label === encryption) ? [label] : [],
    )
    if (labels.length === 0 || clients.refused.has(relation)) return []
    const why = 'Juju does not show that the requirer has them'
    return [{ kind: 'secrets/grant', relation, labels, why } as const]
  })
}
