//go:build !linux

package agent

import "errors"

// watchProcess cannot tell on this system when a process ends.
func watchProcess(int) (ended, giveUp func(), err error) { return nil, nil, errors.ErrUnsupported }

func startOf(int) (uint64, error) { return 0, errors.ErrUnsupported }
