// Builds the charm's code: unminified CommonJS, in one file but for the packages that only some hooks load, and a loader of a few
// lines that turns V8's compile cache on before it.

import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { type BuildOptions, build, type Plugin } from 'esbuild'

/** esbuild's list of what went into the bundles, for licences and the SBOM. */
export interface Built {
  readonly inputs: readonly string[]
}

const loader = `'use strict'
// The cache holds code that root runs: so the folder is root's alone, beside the code and never in a shared place.
const { chmodSync, mkdirSync } = require('node:fs')
const { join } = require('node:path')
const cache = join(__dirname, '..', '.compile-cache')
mkdirSync(cache, { recursive: true, mode: 0o700 })
chmodSync(cache, 0o700)
require('node:module').enableCompileCache(cache)
require('./charm.cjs')
`

/** Two thirds of all code: a hook that needs none of them would spend more time on reading them than on all else that it does. */
const apart = ['etcd3', 'execa', 'node-forge']

const keepApart: Plugin = {
  name: 'keep-apart',
  setup({ onResolve }) {
    const filter = new RegExp(`^(${apart.join('|')})$`)
    onResolve({ filter }, ({ path }) => ({ path: `./${path}.cjs`, external: true }))
  },
}

const options = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  // `import()` becomes `require()`: what is loaded late is CommonJS, too.
  supported: { 'dynamic-import': false },
  format: 'cjs',
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Writes `dist/` and `proto/` into a folder. */
export async function buildCharm(into: string, entry = 'src/main.ts'): Promise<Built> {
  await rm(`${into}/dist`, { recursive: true, force: true })
  await mkdir(`${into}/dist`, { recursive: true })
  const outfile = `${into}/dist/charm.cjs`
  const built = await Promise.all([
    build({ ...options, entryPoints: [entry], outfile, plugins: [keepApart] }),
    ...apart.map((name) => {
      const stdin = { contents: `module.exports = require('${name}')`, resolveDir: process.cwd() }
      return build({ ...options, stdin, outfile: `${into}/dist/${name}.cjs` })
    }),
  ])
  await writeFile(`${into}/dist/main.cjs`, loader)
  // etcd3 reads its protocol definitions from the folder beside its own.
  await cp('node_modules/etcd3/proto', `${into}/proto`, { recursive: true })
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  return { inputs: [...new Set(inputs)].filter((input) => input !== '<stdin>').sort() }
}
