// `make demo`: the charm at work, from deploy to the end of access, on an emulated Juju with a real etcd.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { styleText } from 'node:util'
import type { HookRun } from '../tests/emulator/index.ts'
import { adminEnvironment, connectAs, deployPair, openWorld } from '../tests/stories/world.ts'
import { showDatabags, showSecrets, showStatus } from './show-model.ts'

const began = performance.now()
const tty = process.stdout.isTTY === true
const paint = (style: 'bold' | 'dim' | 'green' | 'red', text: string): string =>
  tty ? styleText(style, text) : text
const say = (text: string): void => console.log(text)
const step = (command: string): void => say(`\n${paint('bold', `$ ${command}`)}`)

function progress(run: HookRun): void {
  const line = `  ${run.unit} ${run.hook}  ${Math.round(run.ms)} ms, ${run.calls.length} hook tools`
  say(paint(run.exit === 0 ? 'dim' : 'red', line))
}

async function expectRefused(what: string, attempt: Promise<unknown>): Promise<void> {
  const refused = await attempt.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  if (refused === undefined) throw new Error(`${what} was not refused`)
  say(`${paint('green', 'refused')}  ${what}: ${refused}`.slice(0, 80 + (tty ? 10 : 0)))
}

await using model = await openWorld({ name: 'demo', onHook: progress })
step('juju deploy ./etcd.charm; juju deploy ./web.charm --config prefix=/web/')
await deployPair(model)
say(`\n${showStatus(model)}`)

step('juju integrate etcd web')
const { id } = model.integrate('etcd:etcd-client', 'web:etcd')
await model.settle()
say(`\n${showStatus(model)}`)
step(`juju show-unit web/0   # the application databags of relation ${id}`)
say(showDatabags(model, id))
step('juju secrets           # the names of their keys, never what they hold')
say(showSecrets(model))

step('juju run web/0 put key=/web/greeting value=hello')
const put = await model.runAction('web/0', 'put', { key: '/web/greeting', value: 'hello' })
if (put.status !== 'completed') throw new Error(`put failed: ${put.message}`)
say(`${paint('green', 'done')}     /web/greeting = ${put.results.value}`)
const client = connectAs(model, id, 'web')
say(`${paint('green', 'done')}     read back over mutual TLS: ${await client.get('/web/greeting')}`)
await expectRefused('reading /another/secret', client.get('/another/secret'))

if (process.env.KEEP) await keep()

step('juju remove-relation etcd web')
model.removeRelation(id)
await model.settle()
await expectRefused('reading /web/greeting', client.get('/web/greeting'))
client.close()
say(`\n${showStatus(model)}`)
say(`\ndemo: ok in ${((performance.now() - began) / 1000).toFixed(0)} s`)
await model[Symbol.asyncDispose]()
process.exit(0)

/** A shell on etcd's machine, etcdctl at hand as the admin; the model ends with it. */
async function keep(): Promise<void> {
  const { host } = model.unit('etcd/0')
  say(`\nThe model stays. You are on the machine of etcd/0 (${host.address}). Look at it:`)
  say('  etcdctl user list; etcdctl get --prefix /; cat /var/snap/charmed-etcd/*/etcd.conf.yml')
  say('Type exit to go on with the removal of the relation.')
  const env = { ...adminEnvironment(host), PS1: 'etcd/0# ', TERM: process.env.TERM ?? 'dumb' }
  await once(spawn('nsenter', [...host.enter, 'sh', '-i'], { stdio: 'inherit', env }), 'exit')
}
