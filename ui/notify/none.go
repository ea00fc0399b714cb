//go:build windows || darwin

package notify

import (
	"context"
	"errors"

	"tokentray/core/api"
)

// supported: nothing is shown here. Windows shows toasts for programs with a
// registered AppUserModelID through WinRT; the short cut that toolkits take, a
// PowerShell script with the text pasted in, runs whatever an account's name
// says. macOS shows them for signed application bundles through a framework that
// wants cgo. The tray's badge and the window tell the same.
const supported = false

var errNoBus = errors.New("no notifications on this platform")

type signal struct{}

type nowhere struct{}

func newBoard(string) board { return nowhere{} }

func (nowhere) show(context.Context, message) error { return errNoBus }
func (nowhere) withdraw(context.Context, kind)      {}
func (nowhere) signals() <-chan signal              { return nil }
func (nowhere) hear(signal, bool) heard             { return heard{} }
func (nowhere) session(api.Session) bool            { return false }
func (nowhere) close()                              {}
