//go:build cgo

package tray

import "context"

// waiter returns what waits for the icon, which macOS always makes.
func waiter() func(context.Context, <-chan struct{}) bool {
	return func(_ context.Context, begun <-chan struct{}) bool {
		<-begun
		return true
	}
}
