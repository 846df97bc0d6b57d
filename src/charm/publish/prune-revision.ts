// `secret-remove`: nobody reads this revision of our secret any more. Only this hook says which one, and Juju keeps it until its
// owner lets it go (facts/juju.md §4.5).

import { losesRevisions } from '../../juju/index.ts'
import type { Charm } from '../charm.ts'

/**
 * Juju tells a new leader again of what is there, and runs the hook again whose commit failed. 3.6 commits the removal before the rest, and
 * refuses for ever to remove what is gone: so it is asked for once.
 */
export async function prune({ context, juju }: Charm): Promise<void> {
  const { hook, jujuVersion } = context
  if (hook.kind !== 'secret' || hook.revision === undefined) return
  const name = `revision ${hook.revision} of ${hook.secret}`
  if ((await juju.refused()).has(name)) return juju.forgetRefused()
  const uri = juju.secretUri(hook.secret)
  // The whole secret has been collected since, or another unit leads and is told of it.
  const latest = (await juju.secretInfo({ uri }))?.revision
  if (latest === undefined || hook.revision >= latest) return
  // 1 takes 10 to 19 along.
  if (losesRevisions(jujuVersion) && latest >= hook.revision * 10) return
  await juju.attempt(name)
  await juju.removeSecret(uri, hook.revision)
}
