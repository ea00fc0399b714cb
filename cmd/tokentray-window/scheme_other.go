//go:build !linux

package main

import (
	"context"
	"errors"
	"io"
)

func serveScheme(io.Writer) error { return errors.New("the toolkit asks this system itself") }

// watchScheme is nil: the toolkit knows the scheme of this system.
var watchScheme func(ctx context.Context, tell func(dark bool))
