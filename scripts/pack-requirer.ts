// Packs the TypeScript requirer of tests/requirers: build/ts-requirer.charm, for this machine's architecture.

import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { placeNode, printManifest, zip } from './archive.ts'
import { buildCharm } from './build.ts'

const source = 'tests/requirers/typescript'
const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
const stage = 'build/ts-requirer'

await rm(stage, { recursive: true, force: true })
await mkdir(`${stage}/bin`, { recursive: true })
await buildCharm(stage, `${source}/src/main.ts`)
for (const file of ['dispatch', 'metadata.yaml', 'config.yaml', 'actions.yaml'])
  await copyFile(join(source, file), join(stage, file))
await writeFile(join(stage, 'manifest.yaml'), printManifest(arch))
await placeNode(arch, `${stage}/bin/node`)
await zip(stage, `${stage}.charm`, 1)
console.log(`${stage}.charm`)
