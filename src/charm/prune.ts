// `secret-remove`: nobody reads this revision of our secret any more. Only this hook says which one, and Juju keeps it until its
// owner lets it go (facts/juju.md §4.5).

import { NotFound } from '../juju/index.ts'
import type { Charm } from './charm.ts'

export async function prune({ context, juju }: Charm): Promise<void> {
  const { hook } = context
  if (hook.kind !== 'secret' || hook.revision === undefined) return
  try {
    await juju.removeSecret(juju.secretUri(hook.secret), hook.revision)
  } catch (error) {
    // The whole secret has been collected since.
    if (!(error instanceof NotFound)) throw error
  }
}
