//go:build darwin && !cgo

package tray

import "context"

// panel shows nothing: the menu bar of macOS is reached through cgo.
type panel struct {
	cfg  Config
	deed chan deed
	open chan struct{}
}

func newPanel(cfg Config) *panel {
	return &panel{cfg: cfg, deed: make(chan deed), open: make(chan struct{})}
}

func (p *panel) clicks() <-chan deed     { return p.deed }
func (p *panel) opened() <-chan struct{} { return p.open }
func (p *panel) show(menu)               {}

func (p *panel) run(_ context.Context, loop func() error) error {
	p.cfg.State(NoHost)
	return loop()
}
