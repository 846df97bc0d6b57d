// What belongs to this unit: its config, state, addresses, ports, resources, and whether it leads.

import { stat } from 'node:fs/promises'
import * as z from 'zod/mini'
import { askAgain } from './ask-again.ts'
import { type Databag, differences, type WantedDatabag } from './databag.ts'
import { ToolError } from './errors.ts'
import type { HookTools } from './hook-tool.ts'
import type { RelationId } from './names.ts'
import { printSettings } from './yaml-text.ts'

export type ConfigValue = string | number | boolean

export interface BindAddress {
  /** IPv6 without brackets. */
  readonly address: string
  /** As `eth0`. */
  readonly device: string
  /** Of its network, as `10.0.0.0/24`; empty where Juju doesn't know. */
  readonly cidr: string
}

export interface Network {
  /** In Juju's order, which says nothing: it changes when addresses come and go. None while Juju knows of none. */
  readonly bindAddresses: readonly BindAddress[]
  readonly ingressAddresses: readonly string[]
  readonly egressSubnets: readonly string[]
}

export interface Unit {
  /** True holds for 30 s at least; false sticks for this hook (as Juju keeps it). */
  isLeader(): Promise<boolean>
  /**
   * Asked anew: a yes holds for 30 s more, so what only the leader may is committed if the hook ends by then. An answer that is younger
   * than `within` milliseconds stands.
   */
  stillLeads(within?: number): Promise<boolean>
  /** Options that are set or have a default. */
  readConfig(): Promise<Readonly<Record<string, ConfigValue>>>
  /** Key/value pairs that the controller keeps for this unit. */
  readState(): Promise<Databag>
  writeState(current: Databag, wanted: WantedDatabag): Promise<void>
  /** Units of this application that Juju plans to have, this one among them; those on their way out are not. */
  plannedUnits(): Promise<ReadonlySet<string>>
  /**
   * Units of this application that there are, those on their way out among them. Juju 4.0 tells a peer that another one has gone only when
   * the peer's own agent was restarted, and `relation-list` goes on naming it until then.
   *
   * @example (await juju.relationUnits(peers)).filter(async (unit) => (await juju.presentUnits()).has(unit))
   */
  presentUnits(): Promise<ReadonlySet<string>>
  /** Addresses that the binding of an endpoint gives; of one of its relations, as its other end sees them. */
  networkGet(binding: string, relation?: RelationId): Promise<Network>
  /**
   * `2379/tcp`; opening what is open changes nothing.
   *
   * @returns the unit of the same machine that has it open, where there is one: Juju lets no other open it
   */
  openPort(port: string): Promise<string | undefined>
  closePort(port: string): Promise<void>
  openedPorts(): Promise<readonly string[]>
  /** Ids of the unit's storage of that name, as `data/0`. */
  storageIds(name: string): Promise<readonly string[]>
  /**
   * Absolute path of a resource; `undefined` where none is attached (a placeholder is empty).
   *
   * @throws {ToolError} where there may be one, and it can't be had now
   */
  resourcePath(name: string): Promise<string | undefined>
}

const configSchema = z.nullable(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
const stateSchema = z.nullable(z.record(z.string(), z.string()))
const goalStateSchema = z.object({ units: z.record(z.string(), z.object({ status: z.string() })) })
type Goal = z.infer<typeof goalStateSchema>
const networkSchema = z.object({
  'bind-addresses': z._default(
    z.nullable(
      z.array(
        z.object({
          'interface-name': z._default(z.string(), ''),
          addresses: z._default(
            z.nullable(z.array(z.object({ value: z.string(), cidr: z._default(z.string(), '') }))),
            [],
          ),
        }),
      ),
    ),
    [],
  ),
  'ingress-addresses': z._default(z.nullable(z.array(z.string())), []),
  'egress-subnets': z._default(z.nullable(z.array(z.string())), []),
})

/** Of a machine that stood still one clock may not have gone on, and the other is set by hand. */
function readClocks(): readonly [elapsed: number, date: number] {
  return [performance.now(), Date.now()]
}

function since([elapsed, date]: readonly [number, number]): number {
  const [nowElapsed, nowDate] = readClocks()
  return Math.max(nowElapsed - elapsed, Math.abs(nowDate - date))
}

/** @example await openUnit(tools).isLeader() */
export function openUnit(tools: HookTools): Unit {
  let leader: Promise<boolean> | undefined
  let asked = readClocks()
  const askLeader = (): Promise<boolean> => {
    asked = readClocks()
    leader = tools.runJson('is-leader', [], z.boolean())
    return leader
  }
  let goal: Promise<Goal> | undefined
  const askGoal = (): Promise<Goal> => {
    // In 4.0 it is put together unit by unit, those of related applications too: one that goes meanwhile fails it.
    goal ??= askAgain(
      () => tools.runJson('goal-state', [], goalStateSchema),
      ({ call }) => /not found|dead/.test(call.stderr),
    )
    return goal
  }
  return {
    isLeader: () => leader ?? askLeader(),
    stillLeads: (within = 0) => (leader && since(asked) < within ? leader : askLeader()),
    async readConfig() {
      return (await tools.runJson('config-get', [], configSchema)) ?? {}
    },
    async readState() {
      return (await tools.runJson('state-get', [], stateSchema)) ?? {}
    },
    async writeState(current, wanted) {
      const changes = differences(current, wanted)
      if (Object.keys(changes).length > 0)
        await tools.run('state-set', ['--file', '-'], { input: printSettings(changes) })
    },
    async plannedUnits() {
      const { units } = await askGoal()
      return new Set(Object.keys(units).filter((unit) => units[unit]?.status !== 'dying'))
    },
    presentUnits: async () => new Set(Object.keys((await askGoal()).units)),
    async networkGet(binding, relation) {
      const args = relation === undefined ? [binding] : [binding, '-r', String(relation)]
      return describeNetwork(await askNetwork(tools, args))
    },
    async openPort(port) {
      try {
        await tools.run('open-port', [port])
        return undefined
      } catch (error) {
        const other =
          error instanceof ToolError && /conflicts with .*\(unit "([^"]+)"\)/.exec(error.call.stderr)
        if (!other) throw error
        return other[1]
      }
    },
    async closePort(port) {
      await tools.run('close-port', [port])
    },
    async openedPorts() {
      return (await tools.runJson('opened-ports', [], z.nullable(z.array(z.string())))) ?? []
    },
    async storageIds(name) {
      return (await tools.runJson('storage-list', [name], z.nullable(z.array(z.string())))) ?? []
    },
    resourcePath: (name) => findResource(tools, name),
  }
}

/** A binding without any address is a failure to Juju, for a moment or until it is bound to another space. */
async function askNetwork(tools: HookTools, args: readonly string[]): Promise<z.infer<typeof networkSchema>> {
  try {
    return await tools.runJson('network-get', args, networkSchema)
  } catch (error) {
    if (error instanceof ToolError && error.call.stderr.includes('no network config found for binding'))
      return { 'bind-addresses': null, 'ingress-addresses': null, 'egress-subnets': null }
    throw error
  }
}

function describeNetwork(found: z.infer<typeof networkSchema>): Network {
  const bindAddresses = (found['bind-addresses'] ?? []).flatMap(({ addresses, ...row }) =>
    (addresses ?? []).map(({ value, cidr }) => ({ address: value, device: row['interface-name'], cidr })),
  )
  return {
    bindAddresses: bindAddresses.filter(({ address }) => address !== ''),
    ingressAddresses: found['ingress-addresses'] ?? [],
    egressSubnets: found['egress-subnets'] ?? [],
  }
}

async function findResource(tools: HookTools, name: string): Promise<string | undefined> {
  try {
    // The tool prints no newline behind the path, and has no JSON.
    const path = await tools.run('resource-get', [name])
    return path !== '' && (await stat(path)).size > 0 ? path : undefined
  } catch (error) {
    if (error instanceof ToolError && isNeverAttached(error, name)) return undefined
    throw error
  }
}

function isNeverAttached({ call }: ToolError, name: string): boolean {
  const words = ['resource not found', `resource "${name}" not found`]
  return call.stderr.includes('could not download') && words.some((word) => call.stderr.includes(word))
}
