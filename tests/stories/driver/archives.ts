// Where the packed archives are; make says it.

import type { CharmName, OtherCharm } from './driver.ts'

const variables = { etcd: 'ETCD_CHARM', client: 'CLIENT_CHARM', python: 'PYTHON_CHARM' } as const

export function archivePaths(): Readonly<Record<CharmName, string>> {
  const path = (name: CharmName): string => process.env[variables[name]] ?? ''
  if (path('etcd') === '' || path('client') === '')
    throw new Error('ETCD_CHARM or CLIENT_CHARM is not set: run the stories by `make stories`')
  return { etcd: path('etcd'), client: path('client'), python: path('python') }
}

/** The issuer of certificates on the field's library, which is packed beside the requirer. */
export function issuerCharm(): OtherCharm {
  return { archive: archivePaths().python.replace('py-requirer', 'py-issuer') }
}

/**
 * A story renews certificates faster than people do, and is of something else than that this is slowed down, unless it says so; nor is
 * it about whether the operator has allowed authorities of client-cas.
 */
export const renewalsAtOnce = { 'client-restart-interval': 0, 'allow-client-cas': true }

export function archiveOf(charm: CharmName | OtherCharm): string {
  return typeof charm === 'string' ? archivePaths()[charm] : charm.archive
}
