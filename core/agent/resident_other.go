//go:build !linux

package agent

// programCode is of Linux. Elsewhere the system itself drops unused pages.
type programCode struct{}

func (programCode) handBack() {}
