// All that a hook's process gets, and nothing else (facts/juju.md §1.3); and where its unit's files are on its machine.

import type { HookContext } from './hook-context.ts'
import type { Unit } from './state.ts'

const tag = (unit: Unit): string => `unit-${unit.name.replace('/', '-')}`
export const agentFolder = (unit: Unit): string => `/var/lib/juju/agents/${tag(unit)}`
export const toolsFolder = (unit: Unit): string => `/var/lib/juju/tools/${tag(unit)}`
export const charmFolder = (unit: Unit): string => `${agentFolder(unit)}/charm`

export function environmentOf({ id, tables, unit, hook }: HookContext): Readonly<Record<string, string>> {
  const folder = charmFolder(unit)
  const { action, command } = hook
  return {
    JUJU_CHARM_DIR: folder,
    CHARM_DIR: folder,
    JUJU_CONTEXT_ID: id,
    JUJU_AGENT_SOCKET_ADDRESS: `${agentFolder(unit)}/agent.socket`,
    JUJU_AGENT_SOCKET_NETWORK: 'unix',
    JUJU_HOOK_NAME: action || command !== undefined ? '' : hook.name,
    ...(command === undefined && { JUJU_DISPATCH_PATH: `${action ? 'actions' : 'hooks'}/${hook.name}` }),
    JUJU_UNIT_NAME: unit.name,
    JUJU_MODEL_NAME: tables.name,
    JUJU_MODEL_UUID: tables.uuid,
    JUJU_API_ADDRESSES: '10.0.0.1:17070',
    JUJU_MACHINE_ID: unit.machine,
    JUJU_PRINCIPAL_UNIT: unit.principal?.name ?? '',
    JUJU_VERSION: tables.version,
    CLOUD_API_VERSION: '',
    JUJU_CHARM_HTTP_PROXY: '',
    JUJU_CHARM_HTTPS_PROXY: '',
    JUJU_CHARM_FTP_PROXY: '',
    PATH: `${toolsFolder(unit)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin`,
    LANG: 'C.UTF-8',
    TERM: 'tmux-256color',
    DEBIAN_FRONTEND: 'noninteractive',
    APT_LISTCHANGES_FRONTEND: 'none',
    ...(tables.profile === '3.6'
      ? { JUJU_SLA: 'unsupported', JUJU_AVAILABILITY_ZONE: '', JUJU_CHARM_NO_PROXY: '' }
      : {
          JUJU_AVAILABILITY_ZONE: 'vm',
          JUJU_CHARM_NO_PROXY: '127.0.0.1,localhost,::1',
          JUJU_CHARM_TRACE_CONFIG_HTTP: '',
          JUJU_CHARM_TRACE_CONFIG_GRPC: '',
          JUJU_CHARM_TRACE_CONFIG_CA_CERT: '',
        }),
    ...hook.env,
    ...tables.environment,
  }
}
