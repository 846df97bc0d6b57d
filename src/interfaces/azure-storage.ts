// The wire contract `azure_storage`: a container of a storage account, and the account's key in a secret. The provider's address is one for
// file systems as often as not; the blob service of the same account is what is asked here.

import {
  anyPlace,
  askFor,
  firstOf,
  type Given,
  notEmpty,
  readEndpoint,
  readPath,
  splitAuthorities,
  type StoreContract,
  type StoreReading,
  type StoreWishes,
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
  const address = readEndpoint(addressOf(given, account))
  if (address.kind === 'invalid') return address
  const endpoint = withoutContainer(address.url, container)
  const authorities = splitAuthorities(wishes.authorities) ?? []
  const place = readPath(given, wishes)
  if (place.kind === 'invalid') return place
  const { path } = place
  return {
    kind: 'ready',
    settings: { kind: 'azure', endpoint, account, container, secretKey, path, authorities },
  }
}

/** `abfs` and `wasb` are no protocols of the blob service, only a hint whether it has TLS. */
function addressOf(given: Given, account: string): string {
  const told = firstOf(given.endpoint)
  if (/^https?:/i.test(told)) return told
  const plain = ['wasb', 'abfs', 'http'].includes(firstOf(given['connection-protocol']))
  return `${plain ? 'http' : 'https'}://${account}.blob.core.windows.net`
}

/** It may be at the end of the address. */
function withoutContainer(url: URL, container: string): string {
  const parts = url.pathname.split('/').filter((part) => part !== '')
  if (parts.at(-1) === container) parts.pop()
  const host = url.host.replace(/\.dfs\.core\./, '.blob.core.')
  return [`${url.protocol}//${host}`, ...parts].join('/')
}
