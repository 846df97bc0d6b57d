// What dispatch runs: it loads the bundles beside it with the code that V8 made of them in earlier hooks. Node's own compile cache keeps what V8
// compiles before a file runs; here the functions that hooks have called are kept as well, and none is compiled twice (docs/adr/0046).

import { hash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { Script } from 'node:vm'

// It holds code that root runs: so the folder is root's alone, beside the bundles and never in a shared place.
const folder = join(__dirname, '..', '.compile-cache')
const requireBuiltIn = createRequire(__filename)

/** So often a hook or an action adds the functions that it called, and no oftener: it calls others on a leader than elsewhere, mostly once more. */
const mostAdditions = 3
const additionsPath = join(folder, 'additions.json')

interface Loaded {
  readonly exports: unknown
}

interface Bundle {
  readonly path: string
  /** Of its text. */
  readonly digest: Buffer
  readonly script: Script
  /** V8 took what was kept. */
  readonly kept: boolean
}

const modules = new Map<string, Loaded>()
const bundles: Bundle[] = []

function load(name: string): unknown {
  const known = modules.get(name)
  if (known) return known.exports
  const filename = join(__dirname, name)
  const source = readFileSync(filename)
  // V8 tells its own versions apart, and not Node's builds of one.
  const path = join(folder, `${name}.${process.version}.code`)
  const digest = digestOf(source)
  const cachedData = readKept(path, digest)
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source.toString('latin1')}\n})`
  const script = new Script(wrapped, { filename, ...(cachedData && { cachedData }) })
  bundles.push({
    path,
    digest,
    script,
    kept: cachedData !== undefined && script.cachedDataRejected === false,
  })
  const module = { exports: {} }
  modules.set(name, module)
  const require = (id: string): unknown => (id.startsWith('./') ? load(basename(id)) : requireBuiltIn(id))
  script.runInThisContext()(module.exports, require, module, filename, __dirname)
  return module.exports
}

const digestOf = (bytes: Buffer): Buffer => hash('sha256', bytes, 'buffer')
const digestLength = 32

/** Before the code stand the digests of its bundle and of itself: what was written by half, or for another bundle, V8 would run without looking. */
function readKept(path: string, digest: Buffer): Buffer | undefined {
  try {
    const kept = readFileSync(path)
    const code = kept.subarray(2 * digestLength)
    const isWhole = digestOf(code).equals(kept.subarray(digestLength, 2 * digestLength))
    return isWhole && digest.equals(kept.subarray(0, digestLength)) ? code : undefined
  } catch {
    return undefined
  }
}

function keep(): void {
  const hook = basename(process.env.JUJU_DISPATCH_PATH ?? '')
  const current = bundles.every(({ kept }) => kept)
  const additions = current ? readAdditions() : {}
  const times = additions[hook] ?? 0
  if (current && times >= mostAdditions) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  if (!bundles[0]?.kept) removeOfOthers()
  for (const { path, digest, script } of bundles) {
    const code = script.createCachedData()
    replace(path, Buffer.concat([digest, digestOf(code), code]))
  }
  replace(additionsPath, JSON.stringify({ ...additions, [hook]: times + 1 }))
}

/** What an earlier Node kept, by itself or for the bundles of before. */
function removeOfOthers(): void {
  for (const name of readdirSync(folder))
    if (!name.endsWith(`.${process.version}.code`)) rmSync(join(folder, name), { recursive: true })
}

function readAdditions(): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(additionsPath, 'utf8'))
  } catch {
    return {}
  }
}

/** Of a name of its own: one hook of a unit runs at a time, and what one left that was killed the next one writes over. */
function replace(path: string, content: Buffer | string): void {
  const draft = `${path}.new`
  try {
    writeFileSync(draft, content, { mode: 0o600 })
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

process.on('exit', () => {
  try {
    keep()
  } catch {
    // On a disk that takes no writes the next hook is slower; what it has to note there tells of the disk.
  }
})

load('charm.cjs')
