package notify

import "syscall"

// clicks is nothing: a script's notification reports no click.
type clicks struct{}

func newClicks(Config) clicks            { return clicks{} }
func (clicks) open() error               { return nil }
func (clicks) heard() <-chan signal      { return nil }
func (clicks) close()                    {}
func (*native) shower(m message) command { return banner(m) }

// remover returns false: a script cannot withdraw its notifications.
func (*native) remover(kind) (command, bool) { return command{}, false }
func hidden() *syscall.SysProcAttr           { return nil }
