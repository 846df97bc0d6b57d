// A model of the emulator, behind the interface that stories run on.

import { setTimeout as sleep } from 'node:timers/promises'
import { describeFailure, type Model, openAnotherModel, unavoidable } from '../../emulator/index.ts'
import type { Unit } from '../../emulator/model/state.ts'
import { archiveOf, archivePaths } from './archives.ts'
import type { ApplicationView, Profile, StoryModel, UnitView } from './driver.ts'
import type { EmulatedModel } from './emulator-of.ts'

/** A model of the emulator, as stories see it that run anywhere. */
export function emulated(model: Model, profile: Profile = '4.0'): EmulatedModel {
  return {
    emulator: model,
    profile,
    archives: archivePaths(),
    ...commands(model, profile),
    ...views(model),
    async settle() {
      await model.settle()
    },
    async until(what, holds) {
      // Juju's part is done when it is at rest; etcd has a time of its own.
      let seen: boolean | string = false
      for (let round = 0; round < 8; round += 1) {
        await model.settle()
        seen = await holds()
        if (seen === true) return
        await sleep(500)
      }
      throw new Error(
        `the model is at rest, and this does not hold: ${what}${seen ? `. Instead: ${seen}` : ''}`,
      )
    },
    async updateStatus(app) {
      await model.updateStatus(app)
    },
    failedHooks: async () =>
      model.tables.journal
        .filter((run) => run.exit !== 0 && !unavoidable.has(String(run.exit)))
        .map((run) => describeFailure(run)),
    keepLogs: async () => {},
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  }
}

function commands(model: Model, profile: Profile) {
  return {
    another: async () => emulated(openAnotherModel(model, `model-${model.host.models.length}`), profile),
    offer: async (endpoint) => model.offer(endpoint),
    removeOffer: async (url) => model.removeOffer(url),
    consume: async (url, saas) => model.consume(url, saas),
    removeSaas: async (saas) => model.removeSaas(saas),
    suspendRelation: async (relation) => model.suspendRelation(relation),
    resumeRelation: async (relation) => model.resumeRelation(relation),
    deploy(app, { charm, ...what }) {
      const archive = archiveOf(charm)
      // The emulator's machines have etcdctl where the Python requirer does not look for it by itself.
      const config = charm === 'python' ? { etcdctl: '/opt/etcd-of-the-emulator/etcdctl' } : {}
      return model.deploy(app, { ...what, archive, config: { ...config, ...what.config } })
    },
    removeApplication: async (app) => model.removeApplication(app),
    async addUnit(app, count = 1) {
      for (let added = 0; added < count; added += 1) await model.addUnit(app)
    },
    async addUnitWith(app, storage) {
      await model.addUnit(app, [storage])
    },
    removeUnit: async (unit) => model.removeUnit(named(model, unit).name),
    configure: async (app, values) => model.config(app, values),
    resetConfiguration: async (app, names) => model.resetConfig(app, names),
    refresh: (app, archive) => model.refresh(app, archive),
    attachResource: async (app, resource, path) => model.attachResource(app, resource, path),
    integrate: async (one, other) => model.integrate(one, other).id,
    removeRelation: async (relation) => model.removeRelation(relation),
    async runAction(unit, action, params) {
      const { status, message, results } = await model.runAction(named(model, unit).name, action, params)
      return { status, message, results }
    },
    async exec(unit, argv, env = {}) {
      const path = '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'
      const { host } = named(model, unit)
      const { code, stdout, stderr } = await host.spawn(argv, { env: { PATH: path, ...env } }).ended
      return { code: code ?? -1, stdout, stderr }
    },
    async hookTool(unit, tool = '', ...args) {
      let said = ''
      await model.as(named(model, unit).name, async (run) => {
        said = await run(tool, ...args)
      })
      return said
    },
  } satisfies Partial<StoryModel>
}

function views(model: Model) {
  const unitsOf = (app: string): readonly Unit[] => model.tables.applications.get(app)?.units ?? []
  return {
    units: async (app) => unitsOf(app).map(viewOf),
    unit: async (name) => viewOf(named(model, name)),
    async application(name): Promise<ApplicationView> {
      const app = model.tables.applications.get(name)
      if (!app) throw new Error(`application "${name}" not found`)
      const { status, message } =
        app.status.status === 'unset' ? (app.units[0]?.workload ?? app.status) : app.status
      return { status: { status, message }, version: app.version }
    },
    relations: async (app) =>
      [...model.tables.relations.values()].flatMap(({ id, ends, dying, across }) =>
        ends
          .filter((end) => end.app === app && !dying)
          .map(({ endpoint }) => ({ id, endpoint, crossModel: across !== undefined })),
      ),
    databag: async (relation, entity) => model.databag(relation, entity),
    secrets: async () =>
      [...model.tables.secrets.values()].map(({ id, owner, label, latest }) => ({
        id,
        owner,
        label,
        revision: latest,
      })),
    storageOf: async (unit) => [...named(model, unit).storage.keys()],
    async secretContent(uri) {
      const secret = [...model.tables.secrets.values()].find((row) => uri.endsWith(row.id))
      return { ...secret?.revisions.get(secret.latest) }
    },
    async serviceStarts(unit, service) {
      const { stdout } = await named(model, unit).host.run(['cat', `/run/emulator/${service}.starts`])
      return stdout.split('\n').length - 1
    },
  } satisfies Partial<StoryModel>
}

/** A unit's name, or `app/leader`, as Juju understands it. */
function named(model: Model, name: string): Unit {
  const app = name.replace(/\/leader$/, '')
  return model.unit(app === name ? name : (model.tables.applications.get(app)?.leader ?? name))
}

function viewOf(unit: Unit): UnitView {
  const { name, app, workload, host, ports } = unit
  return {
    name,
    workload: { ...workload },
    leader: app.leader === name,
    address: host.address,
    ports: [...ports],
  }
}
