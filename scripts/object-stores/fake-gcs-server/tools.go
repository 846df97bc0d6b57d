//go:build tools

// The server that stories store backups in, so that go.mod and go.sum hold it to one version and to its checksums.
package tools

import _ "github.com/fsouza/fake-gcs-server"
