// A client charm as short as it can be: ask, keep the certificate, show what came.

import { NotAllowed, NotFound, openJuju, readContext, unlessGone } from '../../../../src/juju/index.ts'
import { runAction } from './actions.ts'
import { readAnswer } from './answer.ts'
import { ask, rotate } from './ask.ts'
import { transferAuthorities } from './transfer.ts'

async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    // Of an offer that was dropped Juju 4.0 knows the application no more.
    if (error instanceof NotAllowed || error instanceof NotFound) return undefined
    throw error
  }
}

async function main(): Promise<void> {
  const { hook, model, app, unit } = readContext(process.env)
  const charm = { juju: openJuju(process.env), model: model.uuid, app, unit, endpoint: 'etcd' }
  if (hook.kind === 'action') return runAction(charm, hook.name)
  const { 'keep-certificate': keeps } = await charm.juju.readConfig()
  if (hook.name === 'config-changed' && !keeps) await rotate(charm)
  // A relation that Juju still lists may be gone by now.
  await unlessGone(ask(charm))
  await unlessGone(transferAuthorities(charm))
  // Over a relation that is suspended nothing can be read, and the first that is heard of it is that the other side's units leave.
  const leaves = hook.kind === 'relation' && hook.event === 'departed'
  const answer = await unlessGone(leaves ? unlessRefused(readAnswer(charm)) : readAnswer(charm))
  const message = answer?.refusals.join('; ')
  await charm.juju.setStatus(
    answer?.access
      ? { status: 'active', message: `user ${answer.access.username}` }
      : { status: 'waiting', message: message || 'no answer yet' },
  )
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  },
)
