// The adapter of a store, read from disk only where one is used: each is a bundle of its own, and most hooks need none.

import { setGlobalProxyFromEnv } from 'node:http'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { ObjectStore } from './port.ts'
import { explainFailure } from './reach.ts'
import type { StoreSettings } from './settings.ts'

/**
 * All over this process, which serves one store: Node has no narrower way for `fetch` to trust an authority, or to go by a proxy.
 *
 * @param proxies by the names that the environment has them by, as `https_proxy`
 * @param ends the process is to end: requests that are under way fail at once with its reason, so that there is time to take back an upload
 */
export async function openStore(
  settings: StoreSettings,
  proxies: Readonly<Record<string, string>> = {},
  ends?: AbortSignal,
): Promise<ObjectStore> {
  const { authorities } = settings
  try {
    if (authorities.length > 0) setDefaultCACertificates([...getCACertificates('default'), ...authorities])
    if (Object.keys(proxies).length > 0) setGlobalProxyFromEnv({ ...proxies })
    return toldByVerb(await openAdapter(settings, ends), proxies)
  } catch (error) {
    throw explainFailure(error, `open ${settings.kind}`)
  }
}

async function openAdapter(settings: StoreSettings, ends?: AbortSignal): Promise<ObjectStore> {
  switch (settings.kind) {
    case 's3':
      return (await import('./s3.ts')).openS3(settings, ends)
    case 'azure':
      return (await import('./azure.ts')).openAzure(settings, ends)
    case 'gcs':
      return (await import('./gcs.ts')).openGcs(settings, ends)
  }
}

/**
 * The `fetch` of Node 24 ends the process where a server closes the connection after its answer and not all of that is read yet (undici
 * #5360). So a download, which is read as fast as it can be written down, goes by a later release of the same library. It takes 7 MB to
 * load, which no upload has to spare.
 */
async function mendFetch(proxies: Readonly<Record<string, string>>): Promise<void> {
  const { Agent, EnvHttpProxyAgent, setGlobalDispatcher } = await import('undici')
  const { http_proxy: httpProxy = '', https_proxy: httpsProxy = '', no_proxy: noProxy = '' } = proxies
  const goesByProxy = Object.keys(proxies).length > 0
  setGlobalDispatcher(goesByProxy ? new EnvHttpProxyAgent({ httpProxy, httpsProxy, noProxy }) : new Agent())
}

/** An answer that makes no sense is the store's failure, too. What fails of the content that is put is none of its. */
function toldByVerb(store: ObjectStore, proxies: Readonly<Record<string, string>>): ObjectStore {
  const tell = async <T>(call: string, asking: Promise<T>): Promise<T> => {
    try {
      return await asking
    } catch (error) {
      throw explainFailure(error, call)
    }
  }
  return {
    put: (key, content) => store.put(key, content),
    async get(key, size) {
      if (size !== undefined) await mendFetch(proxies)
      return tell(`get ${key}`, store.get(key, size))
    },
    list: (prefix, options) => tell(`list ${prefix}`, store.list(prefix, options)),
    head: (key) => tell(`head ${key}`, store.head(key)),
    delete: (key) => tell(`delete ${key}`, store.delete(key)),
  }
}
