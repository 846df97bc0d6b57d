// Where a private key might be told to somebody who should not have it: looked for by its own letters, not only by its heading.

import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import type { Host } from '../emulator/host/host.ts'
import type { Model, Unit } from '../emulator/index.ts'

const started = '/run/started.jsonl'

/** Command lines and environments of the processes that hooks of this unit started, one a line. */
export async function processesOf({ host }: Unit): Promise<readonly string[]> {
  const { stdout } = await host.run(['sh', '-c', `cat ${started} 2>/dev/null || true`])
  return stdout.split('\n').filter((line) => line !== '')
}

/** No private key may be anywhere but in secrets and key files. */
export async function assertNoSecretsLeak(model: Model): Promise<void> {
  const keys = await privateKeysOf(model)
  assert.ok(keys.length > 0)
  for (const [place, text] of [...told(model), ...(await toldOnMachines(model))]) {
    assert.ok(!text.includes('PRIVATE KEY'), `${place} has a private key`)
    assert.ok(!keys.some((line) => text.includes(line)), `${place} has the letters of a private key`)
  }
}

export function unitsOf(model: Model): readonly Unit[] {
  return [...model.tables.applications.values()].flatMap((app) => app.units)
}

/** Lines of base64, of every private key that there is in Juju's secrets or on a machine, that are not public as well. */
async function privateKeysOf(model: Model): Promise<readonly string[]> {
  const inSecrets = [...model.tables.secrets.values()].flatMap((secret) =>
    [...secret.revisions.values()].flatMap((content) => Object.values(content)),
  )
  const onMachines: string[] = []
  for (const { host } of unitsOf(model))
    for (const path of await keyFilesOf(host)) onMachines.push((await host.run(['cat', path])).stdout)
  return [...inSecrets, ...onMachines].filter((text) => text.includes('PRIVATE KEY')).flatMap(privateLines)
}

/** A private key holds its public one, which certificates show: RSA's begins with it, the others end with it. */
function privateLines(pem: string): readonly string[] {
  const lines = pem.split('\n').filter((line) => /^[A-Za-z0-9+/=]{64}$/.test(line))
  return createPrivateKey(pem).asymmetricKeyType === 'rsa' ? lines.slice(-2) : lines.slice(0, 2)
}

type Told = readonly (readonly [place: string, text: string])[]

function told({ tables }: Model): Told {
  const bags = [...tables.relations.values()].flatMap((relation) =>
    [...relation.bags].map(([owner, bag]) => [`the databag of ${owner}`, JSON.stringify(bag)] as const),
  )
  const runs = tables.journal.map((run) => {
    const text = JSON.stringify([run.log, run.stderr, run.calls.map(({ tool, args }) => [tool, ...args])])
    return [`${run.hook} of ${run.unit}`, text] as const
  })
  const shown = [...tables.applications.values()].flatMap((app) => [
    [`the status of ${app.name}`, JSON.stringify(app.status)] as const,
    ...app.units.map(({ name, workload, actions, state }) => {
      const results = actions.map((action) => [action.results, action.message])
      return [`status, actions and state of ${name}`, JSON.stringify([workload, results, state])] as const
    }),
  ])
  return [...bags, ...runs, ...shown]
}

async function toldOnMachines(model: Model): Promise<Told> {
  const rows: (readonly [string, string])[] = []
  for (const unit of unitsOf(model)) {
    rows.push([`processes of ${unit.name}`, (await processesOf(unit)).join('\n')])
    const logs = await unit.host.run(['sh', '-c', 'find /var/log -name "*.log" -exec cat {} +'])
    rows.push([`logs on the machine of ${unit.name}`, logs.stdout])
  }
  return rows
}

const keyPattern = '-----BEGIN [A-Z ]*PRIVATE KEY-----\\n[A-Za-z0-9+/=]{40}'
const places = ['/etc', '/home', '/mnt', '/opt', '/root', '/run', '/srv', '/tmp', '/var']

/** Files with a private key in them, wherever the machine may keep files. What this machine itself has in /etc is not the charm's. */
export async function keyFilesOf(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.run(['grep', '-rslzP', '--', keyPattern, ...places])
  const own = new Set(['/etc/ssl', '/etc/ssh'])
  return stdout.split('\n').filter((path) => path !== '' && !own.has(path.split('/').slice(0, 3).join('/')))
}
