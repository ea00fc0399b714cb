package hotkey

import "tokentray/core"

// grabKey cannot take a key on macOS.
func grabKey(Session, core.Hotkey, func(), func()) (func(), error) {
	return nil, unavailable("this system gives TokenTray no key of the desktop")
}
