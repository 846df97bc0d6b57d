// The systemd unit of an etcd that was installed from binaries; the snap brings its own.

import { basename, dirname, join } from 'node:path'
import type { Workload } from './workload.ts'

/** Juju's legacy proxies reach every service as systemd's default environment, and etcd would look for its peers behind them. */
export const unsetProxies = `UnsetEnvironment=${['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']
  .flatMap((name) => [name, name.toUpperCase()])
  .join(' ')}`

/** Short of memory, the machine ends something else first. A container may not lower it; systemd goes on without. */
export const lastToBeKilled = 'OOMScoreAdjust=-500'

/**
 * After a reboot etcd must not start on the empty folder below the storage, which Juju may mount long after systemd could have looked
 * for it. The record's key is looked for without its quotes, which systemd would take for its own. It runs outside the service's own view of the file system, in which the folder is a mount always.
 */
export function checkMount({ paths }: Workload): string {
  return `ExecStartPre=+/bin/sh -c '! grep -qs .mount.: ${paths.storageRecord} || mountpoint -q ${paths.data}'`
}

/** Again for ever: Juju may mount the storage only when etcd has given up many times. */
export const startsAgain = `Restart=on-failure
RestartSec=1`

/** With what `fstab` mounts, and as often as it takes. */
export function afterMount({ paths }: Workload): string {
  return `RequiresMountsFor=${paths.data}
StartLimitIntervalSec=0`
}

/** Made anew at each start where it is missing: without it etcd would not start. Others than root need not know which keys are slow. */
function printLogsDirectory({ paths: { log } }: Workload): string {
  return log === undefined ? '' : `LogsDirectory=${basename(log)}\nLogsDirectoryMode=0750\n`
}

/**
 * `Type=simple`, although etcd could notify: it does so only once it has a quorum, and a start that waits for other
 * machines would hold up the hook. Whether it serves is asked from etcd.
 */
export function printUnitFile(workload: Workload): string {
  const { user, paths } = workload
  return `[Unit]
Description=etcd, run by its charm
Documentation=https://etcd.io/docs/
Wants=network-online.target
After=network-online.target
${afterMount(workload)}

[Service]
Type=simple
User=${user}
Group=${user}
${checkMount(workload)}
ExecStart=${join(dirname(paths.etcdctl), 'etcd')} --config-file ${paths.config}
${startsAgain}
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
${printLogsDirectory(workload)}RemoveIPC=yes
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
