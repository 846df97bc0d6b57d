// The systemd unit of an etcd that was installed from binaries; the snap brings its own.

import { dirname, join } from 'node:path'
import type { Workload } from './workload.ts'

/**
 * `Type=simple`, although etcd could notify: it does so only once it has a quorum, and a start that waits for other
 * machines would hold up the hook. Whether it serves is asked from etcd.
 */
export function printUnitFile({ user, paths }: Workload): string {
  return `[Unit]
Description=etcd, run by its charm
Documentation=https://etcd.io/docs/
Wants=network-online.target
After=network-online.target
RequiresMountsFor=${paths.data}

[Service]
Type=simple
User=${user}
Group=${user}
ExecStart=${join(dirname(paths.etcdctl), 'etcd')} --config-file ${paths.config}
Restart=on-failure
RestartSec=1
LimitNOFILE=65536
CapabilityBoundingSet=
LockPersonality=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ReadWritePaths=${paths.data}
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
UMask=0077

[Install]
WantedBy=multi-user.target
`
}
