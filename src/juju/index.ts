// A typed charm runtime over Juju's environment and hook tools. It knows nothing of etcd.

export * from './action.ts'
export * from './context.ts'
export * from './databag.ts'
export * from './errors.ts'
export * from './hook-tool.ts'
export * from './juju.ts'
export * from './log.ts'
export * from './names.ts'
export * from './relation.ts'
export * from './secret.ts'
export * from './status.ts'
export * from './unit.ts'
