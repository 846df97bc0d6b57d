// The systemd unit of an etcd that was installed from binaries; the snap brings its own.

import { dirname, join } from 'node:path'
import type { Workload } from './workload.ts'

/** Juju's legacy proxies reach every service as systemd's default environment, and etcd would look for its peers behind them. */
export const unsetProxies = `UnsetEnvironment=${['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']
  .flatMap((name) => [name, name.toUpperCase()])
  .join(' ')}`

/** Short of memory, the machine ends something else first. A container may not lower it; systemd goes on without. */
export const lastToBeKilled = 'OOMScoreAdjust=-500'

/**
 * `Type=simple`, although etcd could notify: it does so only once it has a quorum, and a start that waits for other
 * machines would hold up the hook. Whether it serves is asked from etcd.
 *
 * It is started again for ever: after a reboot Juju may bind the storage to its place only when etcd has given up several times.
 */
export function printUnitFile({ user, paths }: Workload): string {
  return `[Unit]
Description=etcd, run by its charm
Documentation=https://etcd.io/docs/
Wants=network-online.target
After=network-online.target
RequiresMountsFor=${paths.data}
StartLimitIntervalSec=0

[Service]
Type=simple
User=${user}
Group=${user}
ExecStart=${join(dirname(paths.etcdctl), 'etcd')} --config-file ${paths.config}
Restart=on-failure
RestartSec=1
LimitNOFILE=65536
${lastToBeKilled}
${unsetProxies}
CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateIPC=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
ReadWritePaths=${paths.data}
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
UMask=0077

[Install]
WantedBy=multi-user.target
`
}
