// `juju run etcd/0 get-admin-credentials`: how a human works as etcd's root on this unit. What it prints is no secret: the keys stay where they
// are, readable by root of the machine alone.

import { printJsonText } from '../../interfaces/json-text.ts'
import { exists } from '../../machine/file.ts'
import { CommandFailed, CommandMissing, run } from '../../machine/process.ts'
import { findWorkload } from '../../machine/workload.ts'
import { plainText } from '../../plain-text.ts'
import type { Charm } from '../charm.ts'
import { keyPath, pathOf } from '../layout.ts'
import { ownEndpoint } from '../open-admin.ts'

export async function getAdminCredentials(charm: Charm): Promise<void> {
  const { context, juju } = charm
  const workload = await findWorkload()
  const files = {
    cacert: pathOf(workload, 'server-authority'),
    cert: pathOf(workload, 'admin-certificate'),
    key: keyPath(workload, 'admin'),
  }
  for (const path of Object.values(files))
    if (!(await exists(path)))
      return juju.actionFail("this unit has no admin certificate yet; wait for the leader's hooks")
  const { etcdctl } = workload.paths
  const options = [
    `--endpoints=${ownEndpoint}`,
    ...Object.entries(files).map(([name, path]) => `--${name}=${path}`),
  ]
  const command = ['sudo', etcdctl, ...options].join(' ')
  await juju.actionSet({
    command,
    usage: `juju ssh ${context.unit} -- ${command} member list`,
    json: printJsonText({ command, etcdctl, endpoint: ownEndpoint, ...files }),
    note: 'it is etcd’s root: it may read and change every key, user and member; only root of the machine can read the files',
  })
  try {
    // The snap's wants a home, and Juju gives none.
    await juju.actionSet({
      works: await run(etcdctl, [...options, 'endpoint', 'health'], {
        timeoutMs: 10_000,
        env: { HOME: '/root' },
      }),
    })
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof CommandMissing)) throw error
    await juju.actionFail(`it does not work now: ${plainText(error.message, 300)}; see health`)
  }
}
