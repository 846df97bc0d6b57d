// Builds the charm's code: one unminified CommonJS bundle in which etcd3, node-forge and execa run only when they are used,
// and a loader of a few lines that turns V8's compile cache on before it.

import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

/** esbuild's list of what went into the bundle, for licences and the SBOM. */
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

/** Writes `dist/` and `proto/` into a folder. */
export async function buildCharm(into: string, entry = 'src/main.ts'): Promise<Built> {
  await rm(`${into}/dist`, { recursive: true, force: true })
  await mkdir(`${into}/dist`, { recursive: true })
  const result = await build({
    entryPoints: [entry],
    outfile: `${into}/dist/charm.cjs`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    keepNames: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  })
  await writeFile(`${into}/dist/main.cjs`, loader)
  // etcd3 reads its protocol definitions from the folder beside its own.
  await cp('node_modules/etcd3/proto', `${into}/proto`, { recursive: true })
  return { inputs: Object.keys(result.metafile.inputs).sort() }
}
