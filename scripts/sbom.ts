// What is in the archive, for those who must know: a CycloneDX SBOM and the licence texts of every bundled package and of Node.

import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Component {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly folder: string
}

/** @param inputs paths of all files that esbuild bundled */
export async function describeBundle(inputs: readonly string[], into: string): Promise<void> {
  const folders = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  )
  const node = readFolder(`node_modules/node-linux-${process.arch}`)
  const bundled = await Promise.all([...folders].sort().map(readFolder))
  const components = [...bundled, { ...(await node), name: 'node', license: 'MIT' }]
  await writeFile(join(into, 'sbom.cdx.json'), `${JSON.stringify(printSbom(components), undefined, 2)}\n`)
  await mkdir(join(into, 'licences'), { recursive: true })
  for (const component of components) await copyLicence(component, into)
}

async function readFolder(folder: string): Promise<Component> {
  const found: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const text = (key: string): string =>
    String(typeof found === 'object' && found !== null ? (Reflect.get(found, key) ?? '') : '')
  return { name: text('name'), version: text('version'), license: text('license'), folder }
}

/** No time and no random number in it: the same sources give the same bytes. */
function printSbom(components: readonly Component[]): unknown {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'etcd-charm' } },
    components: components.map(({ name, version, license }) => ({
      type: name === 'node' ? 'platform' : 'library',
      name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      licenses: [{ expression: license }],
    })),
  }
}

async function copyLicence({ name, folder }: Component, into: string): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder) : []
  const file = names.find((row) => /^(licen[cs]e|copying)/i.test(row))
  if (file) await copyFile(join(folder, file), join(into, 'licences', `${name.replaceAll('/', '_')}.txt`))
}
