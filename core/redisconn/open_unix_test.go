//go:build unix

package redisconn

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestFilesOfARedisArePlain: a named pipe that nobody writes to holds nobody up.
func TestFilesOfARedisArePlain(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (URL{SentinelFile: pipe}).sentinelPassword(); err == nil {
		t.Error("a pipe gave a password")
	}
	if _, err := (URL{TLS: true, CA: pipe}).tls(); err == nil {
		t.Error("a pipe gave certificates")
	}
}
