// Builds the charm's code: unminified CommonJS, in one file but for the packages that only some hooks load, and the loader that
// runs it.

import { mkdir, rm } from 'node:fs/promises'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { parseProtocol, printProtocol } from './protocol.ts'

/** esbuild's list of what went into the bundles, for licences and the SBOM. */
export interface Built {
  readonly inputs: readonly string[]
}

/** Two thirds of all code: a hook that needs none of them would spend more time on reading them than on all else that it does. */
const apart = ['croner', 'etcd3', 'execa', 'node-forge', 'undici']
/** Of our own: the adapters of stores, of which one process uses one. */
const stores = ['s3', 'azure', 'gcs']
const port = 'port'

const keepApart: Plugin = {
  name: 'keep-apart',
  setup({ onResolve }) {
    const filter = new RegExp(`^(${apart.join('|')})$`)
    onResolve({ filter }, ({ path }) => ({ path: `./${path}.cjs`, external: true }))
    // All of it once more: what is shared by a hook and an action within one bundle is wrapped, which costs each hook 5 ms.
    onResolve({ filter: /^\.\/actions\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './actions.cjs', external: true } : undefined,
    )
    // Adapters only where they are loaded late, as their own bundles begin with them; and what all of them have in common once, or an
    // error that one throws would be of another class than the one that is looked for.
    const ofStores = new RegExp(`(?:^|/)(${[port, ...stores].join('|')})\\.ts$`)
    onResolve({ filter: ofStores }, ({ path, importer, kind }) => {
      const name = /([^/]+)\.ts$/.exec(path)?.[1] ?? ''
      const within = path.includes('object-storage/') || importer.includes('/object-storage/')
      if (!within || (name === port ? kind === 'entry-point' : kind !== 'dynamic-import')) return undefined
      return { path: `./store-${name}.cjs`, external: true }
    })
  },
}

/** What etcd3 calls when it is loaded; the protocol's file, which it names, is in the code already. */
const withProtocol: Plugin = {
  name: 'with-protocol',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/etcd3/') ? { path, namespace: 'protocol' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'protocol' }, async () => ({
      resolveDir: process.cwd(),
      contents: `import { Reader, Writer, util } from 'protobufjs/minimal.js'
import { defineServices } from './src/etcd/package-definition.ts'
${printProtocol(await parseProtocol())}
export const loadSync = (_, options) => defineServices(openProtocol({ Reader, Writer, util }), options)
`,
    }))
  },
}

/** grpc asks of each address whether it is one of IPv6, and Node compiles an expression for that which takes each hook 10 ms. */
const quickAddresses: Plugin = {
  name: 'quick-addresses',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^net$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/@grpc/') ? { path, namespace: 'quick-addresses' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'quick-addresses' }, () => ({
      contents: `const net = require('node:net')
module.exports = { ...net, isIPv6: (text) => text.includes(':') && net.isIPv6(text) }
`,
    }))
  },
}

const options = {
  bundle: true,
  // Which the loader reads quicker.
  charset: 'ascii',
  platform: 'node',
  target: 'node24',
  // `import()` becomes `require()`: what is loaded late is CommonJS, too.
  supported: { 'dynamic-import': false },
  format: 'cjs',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** What the charm has beside its hooks: its actions, the process that outlives hooks, and the adapters. */
export const besideHooks: readonly (readonly [source: string, name: string])[] = [
  ['src/actions.ts', 'actions'],
  ['src/worker.ts', 'worker'],
  ...[port, ...stores].map((store) => [`src/object-storage/${store}.ts`, `store-${store}`] as const),
]

/** Writes `dist/main.cjs`, which runs `dist/charm.cjs`. */
export async function buildLoader(into: string): Promise<Built> {
  const { metafile } = await build({
    ...options,
    entryPoints: ['src/loader.ts'],
    outfile: `${into}/dist/main.cjs`,
  })
  return { inputs: Object.keys(metafile.inputs) }
}

/** Writes `dist/` into a folder. */
export async function buildCharm(
  into: string,
  entry = 'src/main.ts',
  beside: typeof besideHooks = [],
): Promise<Built> {
  await rm(`${into}/dist`, { recursive: true, force: true })
  await mkdir(`${into}/dist`, { recursive: true })
  const outfile = `${into}/dist/charm.cjs`
  const built = await Promise.all([
    build({ ...options, entryPoints: [entry], outfile, plugins: [keepApart] }),
    ...beside.map(([source, name]) =>
      build({
        ...options,
        entryPoints: [source],
        outfile: `${into}/dist/${name}.cjs`,
        plugins: [keepApart],
      }),
    ),
    ...apart.map((name) => {
      const stdin = { contents: `module.exports = require('${name}')`, resolveDir: process.cwd() }
      const etcd = name === 'etcd3' ? { plugins: [withProtocol, quickAddresses] } : {}
      return build({ ...options, ...etcd, stdin, outfile: `${into}/dist/${name}.cjs` })
    }),
  ])
  const { inputs: ofLoader } = await buildLoader(into)
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  return { inputs: [...new Set([...inputs, ...ofLoader])].filter((input) => input !== '<stdin>').sort() }
}
