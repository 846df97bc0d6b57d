// The agent's end of the hook tools: one socket per unit, served while a hook runs. Calls are answered one after the other.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { print } from './format.ts'
import { endFrames, readFrames } from './frames.ts'
import { type Answer, assertController, type HookContext, type Tool, ToolFailure } from './hook-context.ts'
import { goalState } from './goal-state.ts'
import * as machine from './machine-tools.ts'
import * as ports from './port-tools.ts'
import * as relation from './relation-tools.ts'
import * as grants from './secret-grants.ts'
import * as info from './secret-info.ts'
import * as secret from './secret-tools.ts'
import type { HookRun, Profile, Unit } from './state.ts'
import * as state from './state-tools.ts'
import * as unit from './unit-tools.ts'

export const tools: Readonly<Record<string, Tool>> = {
  'relation-ids': relation.relationIds,
  'relation-list': relation.relationList,
  'relation-get': relation.relationGet,
  'relation-set': relation.relationSet,
  'relation-model-get': relation.relationModelGet,
  'secret-add': secret.secretAdd,
  'secret-get': secret.secretGet,
  'secret-set': secret.secretSet,
  'secret-info-get': info.secretInfoGet,
  'secret-ids': secret.secretIds,
  'secret-grant': grants.secretGrant,
  'secret-revoke': grants.secretRevoke,
  'secret-remove': secret.secretRemove,
  'is-leader': unit.isLeaderTool,
  'config-get': unit.configGet,
  'status-set': unit.statusSet,
  'status-get': unit.statusGet,
  'application-version-set': unit.applicationVersionSet,
  'state-get': state.stateGet,
  'state-set': state.stateSet,
  'state-delete': state.stateDelete,
  'open-port': ports.openPort,
  'close-port': ports.closePort,
  'opened-ports': ports.openedPorts,
  'network-get': machine.networkGet,
  'unit-get': machine.unitGet,
  'storage-list': machine.storageList,
  'storage-get': machine.storageGet,
  'storage-add': machine.storageAdd,
  'resource-get': machine.resourceGet,
  'juju-reboot': machine.jujuReboot,
  'credential-get': machine.credentialGet,
  'leader-get': unit.leaderGet,
  'leader-set': unit.leaderSet,
  'goal-state': goalState,
  'juju-log': unit.jujuLog,
  'action-get': unit.actionGet,
  'action-set': unit.actionSet,
  'action-fail': unit.actionFail,
  'action-log': unit.actionLog,
}

/** Tools that Juju 4.0 no longer has. */
export const gone: Readonly<Record<Profile, ReadonlySet<string>>> = {
  '3.6': new Set(),
  '4.0': new Set(['leader-get', 'leader-set']),
}

/** Asked before a tool takes effect: false leaves the call without effect and without answer. */
export type OnCall = (tool: string, args: readonly string[]) => boolean

export interface Served extends AsyncDisposable {
  readonly calls: HookRun['calls']
}

export async function serveTools(
  owner: Unit,
  path: string,
  context: HookContext,
  onCall: OnCall,
): Promise<Served> {
  const calls: HookRun['calls'][number][] = []
  const outside = owner.host.outside(path)
  await mkdir(dirname(outside), { recursive: true })
  await rm(outside, { force: true })
  const server: Server = createServer((socket) => {
    void answerOne(socket, context, onCall, calls)
  })
  await new Promise<void>((resolve) => {
    server.listen(outside, resolve)
  })
  return {
    calls,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answerOne(
  socket: Socket,
  context: HookContext,
  onCall: OnCall,
  calls: HookRun['calls'][number][],
): Promise<void> {
  const [begun, at] = [performance.now(), Date.now()]
  const frames = await readRequest(socket)
  const [id = '', cwd, tool = '', count = '0', ...rest] = frames
  const args = rest.slice(0, Number(count))
  const stdin = rest.at(Number(count)) ?? ''
  await context.tables.delayTool(tool)
  if (!onCall(tool, args)) {
    socket.destroy()
    return
  }
  const answer = id === context.id ? await runTool(context, tool, args, stdin, cwd) : stale(id)
  calls.push({ tool, args, at, ms: performance.now() - begun, code: answer.code })
  socket.on('error', () => {})
  socket.end(endFrames(answer.code, answer.out, answer.err))
}

function stale(id: string): Answer {
  return { code: 1, out: '', err: `ERROR bad request: wrong context ID; got "${id}"\n` }
}

/** As the agent answers it. */
export async function runTool(
  context: HookContext,
  name: string,
  args: readonly string[],
  stdin: string,
  cwd = '/',
): Promise<Answer> {
  const tool = tools[name]
  if (!tool) return { code: 127, out: '', err: `ERROR ${name} is not built in the emulator\n` }
  try {
    assertController(context)
    const answer = await tool({ context, args, stdin, cwd })
    if (!answer.value) return answer
    const format = formatOf(args) ?? (yamlByDefault.has(name) ? 'yaml' : 'smart')
    const out = print(answer.value.is, format)
    if (out === undefined)
      throw new ToolFailure(`invalid value "${format}" for option --format: unknown format "${format}"`, 2)
    return await toFile(context, args, cwd, { ...answer, out })
  } catch (error) {
    if (error instanceof ToolFailure) return { code: error.code, out: '', err: `ERROR ${error.message}\n` }
    // A fault of the emulator's own: the caller is told, and the model goes on.
    return { code: 3, out: '', err: `ERROR the emulator failed: ${String(error)}\n` }
  }
}

/** `-o` and `--output`: on the unit's machine, in place of standard output. */
async function toFile(
  { unit }: HookContext,
  args: readonly string[],
  cwd: string,
  answer: Answer,
): Promise<Answer> {
  const at = args.findIndex((arg) => /^(?:-o|--output)(?:=|$)/.test(arg))
  if (at < 0) return answer
  const path = args[at]?.split('=')[1] ?? args[at + 1] ?? ''
  await writeFile(unit.host.outside(path.startsWith('/') ? path : `${cwd}/${path}`), answer.out)
  return { ...answer, out: '' }
}

const yamlByDefault: ReadonlySet<string> = new Set(['secret-get', 'secret-info-get', 'goal-state'])

function formatOf(args: readonly string[]): string | undefined {
  const end = args.indexOf('--')
  const flags = end < 0 ? args : args.slice(0, end)
  const at = flags.findLastIndex((arg) => /^--format(=|$)/.test(arg))
  return at < 0 ? undefined : (flags[at]?.split('=')[1] ?? flags[at + 1])
}

/** Context id, working directory, tool, number of arguments, the arguments, standard input. */
function readRequest(socket: Socket): Promise<readonly string[]> {
  return readFrames(socket, (frames) => frames.length >= 4 && frames.length === 5 + Number(frames[3]))
}
