//go:build tools

// The three programs of etcd 3.5.16, so that go.mod and go.sum hold them to one version and to its checksums.
package tools

import (
	_ "go.etcd.io/etcd/etcdctl/v3"
	_ "go.etcd.io/etcd/etcdutl/v3"
	_ "go.etcd.io/etcd/server/v3"
)
