// The wire contract `azure_storage`: a container of a storage account, and the account's key in a secret. The provider's address is one for
// file systems as often as not; the blob service of the same account is what is asked here.

import {
  anyPlace,
  askFor,
  firstOf,
  type Given,
  notEmpty,
  splitAuthorities,
  type StoreContract,
  type StoreReading,
  type StoreWishes,
  trimPath,
} from './store-contract.ts'

export const azureStorage: StoreContract = { endpoint: 'azure-storage-credentials', ask, read }

function ask(given: Given, wishes: StoreWishes, relation: number): Given {
  return askFor(['secret-key'], 'container', wishes, anyPlace(given, relation))
}

function read(given: Given, secret: Given, wishes: StoreWishes): StoreReading {
  const secretKey = firstOf(secret['secret-key'], given['secret-key'])
  const account = firstOf(given['storage-account'])
  const container = firstOf(given.container)
  const missing = notEmpty(['container', container], ['storage-account', account], ['secret-key', secretKey])
  if (missing.length > 0) return { kind: 'incomplete', missing }
  const endpoint = readEndpoint(given, account, container)
  if (endpoint === undefined)
    return { kind: 'invalid', because: `endpoint "${given.endpoint}" is no address` }
  const authorities = splitAuthorities(wishes.authorities) ?? []
  const path = trimPath(firstOf(wishes.path, given.path))
  return {
    kind: 'ready',
    settings: { kind: 'azure', endpoint, account, container, secretKey, path, authorities },
  }
}

/** The container may be at the end of it; `abfs` and `wasb` are no protocols of the blob service, only a hint whether it has TLS. */
function readEndpoint(given: Given, account: string, container: string): string | undefined {
  const told = firstOf(given.endpoint)
  if (!/^https?:/i.test(told)) {
    const plain = ['wasb', 'abfs', 'http'].includes(firstOf(given['connection-protocol']))
    return `${plain ? 'http' : 'https'}://${account}.blob.core.windows.net`
  }
  if (!URL.canParse(told)) return undefined
  const url = new URL(told)
  const parts = url.pathname.split('/').filter((part) => part !== '')
  if (parts.at(-1) === container) parts.pop()
  const host = url.host.replace(/\.dfs\.core\./, '.blob.core.')
  return [`${url.protocol}//${host}`, ...parts].join('/')
}
