// Packs the charm: a zip with the same bytes for the same sources, for one architecture. `node scripts/pack.ts [amd64|arm64]`

import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Architecture, bases, placeNode, printManifest, zip } from './archive.ts'
import { printTelemetry } from './observability.ts'
import { besideHooks, buildCharm } from './build.ts'
import { describeBundle } from './sbom.ts'
import { printTemplate } from '../src/interfaces/cos-agent.ts'

const copied = [
  'dispatch',
  'icon.svg',
  'metadata.yaml',
  'config.yaml',
  'actions.yaml',
  'workload.yaml',
  'LICENSE',
  'README.md',
]

async function pack(arch: Architecture): Promise<string> {
  const stage = `build/charm-${arch}`
  await rm(stage, { recursive: true, force: true })
  await mkdir(`${stage}/bin`, { recursive: true })
  const { inputs } = await buildCharm(stage, 'src/main.ts', besideHooks)
  for (const file of copied) await copyFile(file, join(stage, file))
  await writeFile(join(stage, 'dist/observability.json'), printTemplate(printTelemetry()))
  await writeFile(join(stage, 'manifest.yaml'), printManifest(arch))
  await placeNode(arch, `${stage}/bin/node`)
  await describeBundle(inputs, stage)
  const path = `build/etcd_ubuntu-${bases.join('-')}_${arch}.charm`
  await zip(stage, path)
  return path
}

const wanted = process.argv[2] ?? (process.arch === 'arm64' ? 'arm64' : 'amd64')
if (wanted !== 'amd64' && wanted !== 'arm64') throw new Error(`no architecture ${wanted}; say amd64 or arm64`)
const path = await pack(wanted)
const bytes = await readFile(path)
console.log(
  `${path} ${(bytes.length / 1e6).toFixed(1)} MB sha256:${createHash('sha256').update(bytes).digest('hex')}`,
)
