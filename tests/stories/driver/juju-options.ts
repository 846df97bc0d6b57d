// What the operator chose for a run on a controller; `make integration` passes it on in the environment.

import type { Profile } from './driver.ts'

export interface JujuOptions {
  /** Begins the name of every model of the run. */
  readonly prefix: string
  readonly controller?: string
  /** Cloud or cloud/region for `juju add-model`; the controller's own otherwise. */
  readonly cloud?: string
  readonly base: string
  readonly profile: Profile
  /** A release tarball to deploy etcd with, in place of the snap. */
  readonly etcdResource?: string
  readonly keep: boolean
  /** Each client on a machine of its own, in place of one for all. */
  readonly apart: boolean
  /** Where failures' logs go. */
  readonly logs: string
  readonly deadlineMs: number
  /** So long must a model be unchanged to be at rest. */
  readonly quietMs: number
  readonly everyMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

export function readJujuOptions(env: Environment): JujuOptions {
  const prefix = env.STORY_MODELS ?? ''
  if (!/^[a-z][a-z0-9-]*$/.test(prefix))
    throw new Error('STORY_MODELS does not name models: run the stories by `make integration`')
  const profile = env.JUJU_PROFILE ?? ''
  if (profile !== '3.6' && profile !== '4.0') throw new Error(`JUJU_PROFILE is "${profile}"; say 3.6 or 4.0`)
  return {
    prefix,
    profile,
    base: env.BASE || 'ubuntu@24.04',
    keep: Boolean(env.KEEP),
    apart: Boolean(env.APART),
    logs: env.LOGS || 'build/integration',
    deadlineMs: Number(env.DEADLINE || 15) * 60_000,
    quietMs: Number(env.QUIET || 6) * 1000,
    everyMs: Number(env.EVERY || 2) * 1000,
    ...(env.CONTROLLER && { controller: env.CONTROLLER }),
    ...(env.CLOUD && { cloud: env.CLOUD }),
    ...(env.ETCD_RESOURCE && { etcdResource: env.ETCD_RESOURCE }),
  }
}

/** For `-m`: with the controller, where one was named. */
export function modelName({ controller }: Pick<JujuOptions, 'controller'>, model: string): string {
  return controller ? `${controller}:${model}` : model
}
