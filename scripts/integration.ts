// `make integration`: the main job on the controller that your `juju` points at, in a model of its own that is removed afterwards
// (KEEP=1 keeps it). Waits have deadlines and say what they wait for.

import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import * as z from 'zod/mini'

const model = `etcd-${Date.now().toString(36)}`
const base = process.env.BASE ?? 'ubuntu@24.04'
const deadlineMs = 15 * 60_000

const statusSchema = z.object({
  applications: z.record(
    z.string(),
    z.object({
      units: z.optional(
        z.record(
          z.string(),
          z.object({ 'workload-status': z.object({ current: z.string(), message: z.optional(z.string()) }) }),
        ),
      ),
    }),
  ),
})
const actionSchema = z.record(
  z.string(),
  z.object({ status: z.string(), results: z.optional(z.record(z.string(), z.unknown())) }),
)

async function juju(...args: readonly string[]): Promise<string> {
  console.log(`$ juju ${args.join(' ')}`)
  const { stdout } = await execa('juju', args, { env: { JUJU_MODEL: model } })
  return stdout
}

async function waitFor(unit: string, wanted: string): Promise<void> {
  const app = unit.split('/')[0] ?? ''
  let seen = 'nothing yet'
  for (const until = Date.now() + deadlineMs; Date.now() < until; await sleep(5000)) {
    const { stdout } = await execa('juju', ['status', '-m', model, '--format=json'])
    const found = statusSchema.parse(JSON.parse(stdout)).applications[app]?.units?.[unit]?.['workload-status']
    seen = `${found?.current ?? 'no unit'} ${found?.message ?? ''}`
    if (seen.startsWith(wanted)) return
    if (found?.current === 'error') break
  }
  throw new Error(
    `waited for ${unit} to be "${wanted}"; it is "${seen}". Look at: juju debug-log -m ${model} --replay`,
  )
}

async function run(
  unit: string,
  action: string,
  ...params: readonly string[]
): Promise<{ status: string; value: unknown }> {
  const { stdout } = await execa('juju', ['run', '-m', model, '--format=json', unit, action, ...params], {
    reject: false,
  })
  const [row] = Object.values(actionSchema.parse(JSON.parse(stdout)))
  return { status: row?.status ?? 'none', value: row?.results?.value }
}

function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`failed: ${what}`)
  console.log(`ok: ${what}`)
}

try {
  await execa('juju', ['version'])
} catch {
  console.error(
    'integration: juju is missing; snap install juju, bootstrap a controller (juju bootstrap lxd), and try again',
  )
  process.exit(1)
}
await execa('juju', ['add-model', model], { stdio: 'inherit' })
try {
  await juju('deploy', resolve(process.env.ETCD_CHARM ?? ''), 'etcd', '--base', base)
  await juju(
    'deploy',
    resolve(process.env.CLIENT_CHARM ?? ''),
    'web',
    '--base',
    base,
    '--config',
    'prefix=/web/',
  )
  await waitFor('etcd/0', 'active')
  await juju('integrate', 'etcd:etcd-client', 'web:etcd')
  await waitFor('web/0', 'active user web')
  expect(
    'the client writes below its prefix',
    (await run('web/0', 'put', 'key=/web/a', 'value=1')).value === '1',
  )
  expect(
    'the client is refused elsewhere',
    (await run('web/0', 'put', 'key=/other', 'value=1')).status === 'failed',
  )
  await juju('remove-relation', 'etcd:etcd-client', 'web:etcd')
  await waitFor('web/0', 'waiting')
  console.log('integration: ok')
} finally {
  if (process.env.KEEP)
    console.log(`the model stays; end it with: juju destroy-model ${model} --destroy-storage --no-prompt`)
  else
    await execa('juju', ['destroy-model', model, '--destroy-storage', '--no-prompt', '--force'], {
      reject: false,
    })
}
