//go:build darwin && !cgo

package tray

import "context"

// panel shows nothing: the menu bar of macOS needs cgo.
type panel struct {
	cfg    Config
	chosen chan action
	open   chan struct{}
}

func newPanel(cfg Config) *panel {
	return &panel{cfg: cfg, chosen: make(chan action), open: make(chan struct{})}
}

func (p *panel) clicks() <-chan action   { return p.chosen }
func (p *panel) opened() <-chan struct{} { return p.open }
func (p *panel) show(menu)               {}

func (p *panel) run(_ context.Context, loop func() error) error {
	p.cfg.State(NoHost)
	return loop()
}
