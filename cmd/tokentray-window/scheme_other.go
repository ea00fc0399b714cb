//go:build !linux

package main

import (
	"context"
	"errors"
	"io"
)

func serveScheme(io.Writer) error { return errors.New("the toolkit asks this system itself") }

// watchScheme is nil: Fyne knows the colour scheme of this system.
var watchScheme func(ctx context.Context, tell func(dark bool))
