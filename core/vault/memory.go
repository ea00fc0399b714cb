package vault

import (
	"bytes"
	"context"
	"sync"
)

// Memory is a vault that ends with the process, for the demo.
type Memory struct {
	mu      sync.Mutex
	entries map[string][]byte
}

var _ Vault = (*Memory)(nil)

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return &Memory{entries: map[string][]byte{}} }

// Get implements Vault.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.entries[key]
	if !ok {
		return nil, notFound()
	}
	return bytes.Clone(value), nil
}

// Set implements Vault.
func (m *Memory) Set(_ context.Context, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[key] = bytes.Clone(value)
	return nil
}

// Delete implements Vault.
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
	return nil
}
