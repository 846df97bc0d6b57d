// What a unit's agent does next, from the model and from what it has seen so far: Juju has no queue of events, it compares
// (facts/juju.md §3). One hook is chosen; afterwards the question is asked anew.

import { namesIn } from './cross-model.ts'
import { enterRelations, relationHook } from './next-relation-hook.ts'
import { firstQueued } from './queued.ts'
import { dueSecret } from './secret-times.ts'
import type { Action, Consumer, HookToRun, Secret, Tables, Unit } from './state.ts'

export function nextHook(tables: Tables, unit: Unit): HookToRun | undefined {
  if (unit.removed) return undefined
  // A unit in error still does what an operator asks for.
  if (unit.failed) return asked(unit) ?? unit.failed
  if (unit.rebooted) return startAgain(unit)
  const queued = firstQueued(unit)
  if (queued) return queued
  if (!unit.installed) return storageHook(unit, 'attached') ?? install(unit)
  if (unit.dying)
    return asked(unit) ?? storageHook(unit, 'detaching') ?? relationHook(tables, unit) ?? lastHooks(unit)
  return (
    (enterRelations(tables, unit) ? firstQueued(unit) : undefined) ??
    leaderElected(unit) ??
    (tables.profile === '3.6' ? leaderSettingsChanged(unit) : undefined) ??
    dueSecret(tables, unit) ??
    secretChanged(tables, unit) ??
    secretRemove(tables, unit) ??
    asked(unit) ??
    upgradeCharm(unit) ??
    configChanged(tables, unit) ??
    relationHook(tables, unit) ??
    updateStatus(unit)
  )
}

function plain(name: string, done: () => void): HookToRun {
  return { name, env: {}, done }
}

function startAgain(unit: Unit): HookToRun {
  return plain('start', () => {
    unit.rebooted = false
  })
}

function install(unit: Unit): HookToRun {
  return plain('install', () => {
    unit.installed = true
  })
}

function storageHook(unit: Unit, event: 'attached' | 'detaching'): HookToRun | undefined {
  const wanted = event === 'attached'
  const [id] = [...unit.storage].find(([, attached]) => attached !== wanted) ?? []
  if (id === undefined) return undefined
  const name = id.replace(/\/\d+$/, '')
  const location = unit.app.charm.storage.find((row) => row.name === name)?.location ?? ''
  const env = { JUJU_STORAGE_ID: id, JUJU_STORAGE_LOCATION: location, JUJU_STORAGE_KIND: 'filesystem' }
  return { name: `${name}-storage-${event}`, env, done: () => unit.storage.set(id, wanted) }
}

function leaderElected(unit: Unit): HookToRun | undefined {
  if (unit.led || unit.app.leader !== unit.name) return undefined
  return plain('leader-elected', () => {
    unit.led = true
  })
}

/** 3.6 only: to units that do not lead, once after install and whenever the leader changed them. */
function leaderSettingsChanged(unit: Unit): HookToRun | undefined {
  const now = JSON.stringify([...unit.app.leaderSettings])
  if (unit.app.leader === unit.name || unit.leaderSettingsSeen === now) return undefined
  return plain('leader-settings-changed', () => {
    unit.leaderSettingsSeen = now
  })
}

function upgradeCharm(unit: Unit): HookToRun | undefined {
  const { modified } = unit.app
  if (unit.configSeen === undefined) unit.modifiedSeen = modified
  if (unit.modifiedSeen === modified) return undefined
  return plain('upgrade-charm', () => {
    unit.modifiedSeen = modified
    unit.queued.push(plain('config-changed', () => {}))
  })
}

function configChanged(tables: Tables, unit: Unit): HookToRun | undefined {
  const own = unit.host.interfaces.flatMap((row) => row.addresses)
  const addresses = [...own, ...unit.moreAddresses, ...unit.ingress.values()]
  const options = JSON.stringify({ ...unit.app.charm.defaults, ...unit.app.config })
  const now = `${options} ${addresses}`
  if (unit.configSeen === now && !unit.configAgain) return undefined
  return plain('config-changed', () => {
    if (unit.configSeen === undefined) unit.queued.push(plain('start', () => {}))
    else unit.configAgain = tables.profile === '4.0' && !unit.configSeen.startsWith(`${options} `)
    unit.configSeen = now
  })
}

function updateStatus(unit: Unit): HookToRun | undefined {
  if (!unit.updateStatus) return undefined
  return plain('update-status', () => {
    unit.updateStatus = false
  })
}

/** Once for each revision that is not the latest and that nobody tracks. */
function secretRemove(tables: Tables, unit: Unit): HookToRun | undefined {
  for (const secret of tables.secrets.values()) {
    if (secret.owner !== unit.name && (secret.owner !== unit.app.name || unit.app.leader !== unit.name))
      continue
    const tracked = new Set([...secret.consumers.values()].map((consumer) => consumer.tracked))
    const revision = [...secret.revisions.keys()].find(
      (row) => row !== secret.latest && !tracked.has(row) && !secret.obsolete.has(`${unit.name} ${row}`),
    )
    if (revision === undefined) continue
    const uri = tables.profile === '3.6' ? `secret:${secret.id}` : secret.id
    const env = {
      JUJU_SECRET_ID: uri,
      JUJU_SECRET_LABEL: secret.label,
      JUJU_SECRET_REVISION: String(revision),
    }
    return { name: 'secret-remove', env, done: () => secret.obsolete.add(`${unit.name} ${revision}`) }
  }
  return undefined
}

/** An action first, then what programs of the machine want run. */
function asked(unit: Unit): HookToRun | undefined {
  const next = unit.actions.find((row) => row.status === 'pending')
  return next ? runAction(next) : unit.commands[0]
}

function runAction(next: Action): HookToRun {
  const { id, name, command } = next
  const env = { JUJU_ACTION_NAME: name, JUJU_ACTION_UUID: id, JUJU_ACTION_TAG: `action-${id}` }
  return { name, env, action: next, ...(command !== undefined && { command }), done: () => {} }
}

function secretChanged(tables: Tables, unit: Unit): HookToRun | undefined {
  for (const home of [tables, ...tables.models.filter((model) => model !== tables)])
    for (const secret of home.secrets.values())
      for (const name of namesIn(home, tables, unit)) {
        const consumer = secret.consumers.get(name)
        if (consumer && consumer.told < secret.latest)
          return tellOfRevision(secret, consumer, home === tables ? undefined : home.uuid, unit)
      }
  return undefined
}

/** A secret of another model is named by the form that leads there. */
function tellOfRevision(
  secret: Secret,
  consumer: Consumer,
  model: string | undefined,
  { name, app }: Unit,
): HookToRun {
  const { latest } = secret
  const own = model === undefined && (secret.owner === name || secret.owner === app.name)
  const env = {
    JUJU_SECRET_ID: model === undefined ? `secret:${secret.id}` : `secret://${model}/${secret.id}`,
    JUJU_SECRET_LABEL: own ? secret.label : (consumer.label ?? ''),
  }
  const done = (): void => {
    consumer.told = Math.max(consumer.told, latest)
  }
  return { name: 'secret-changed', env, done }
}

function lastHooks(unit: Unit): HookToRun {
  if (!unit.stopped) {
    return plain('stop', () => {
      unit.stopped = true
    })
  }
  return plain('remove', () => {
    unit.removed = true
  })
}
