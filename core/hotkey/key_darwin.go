package hotkey

import "tokentray/core"

// take cannot take a key on macOS.
func take(Session, core.Hotkey, func(), func()) (func(), error) {
	return nil, unavailable("this system gives TokenTray no key of the desktop")
}
