// What is kept of a story that failed: Juju's log and status, and etcd's own journal of every unit. Nothing here shows a secret.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { workloadOf } from '../../../src/machine/workload.ts'
import type { JujuCli } from './juju-cli.ts'
import { readStatus } from './juju-views.ts'

export async function keepLogs(juju: JujuCli, folder: string, story: string): Promise<void> {
  const into = join(
    folder,
    story
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 80),
  )
  await mkdir(into, { recursive: true })
  const keep = async (file: string, command: string, ...args: readonly string[]): Promise<void> => {
    const { stdout, stderr } = await juju.ask(command, ...args)
    await writeFile(join(into, file), stdout + stderr)
  }
  await keep('debug-log.txt', 'debug-log', '--replay', '--no-tail')
  await keep('status.txt', 'status', '--relations', '--storage')
  const services = [workloadOf('snap'), workloadOf('binaries')].map(({ service }) => `--unit=${service}`)
  const { applications } = await readStatus(juju)
  const units = Object.values(applications)
    .filter((app) => app['charm-name'] === 'etcd')
    .flatMap((app) => Object.keys(app.units ?? {}))
  for (const unit of units) {
    const journal = ['journalctl', '--no-pager', '--lines=5000', ...services].join(' ')
    await keep(`${unit.replace('/', '-')}-etcd.txt`, 'exec', '--unit', unit, '--', journal)
  }
  console.error(`logs of "${story}": ${into}`)
}
