package notify

import (
	"errors"
	"log/slog"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

var coCreateInstance = windows.NewLazySystemDLL("ole32.dll").NewProc("CoCreateInstance")

// clicked calls the class of an application as Windows does when somebody clicks on one
// of its toasts.
func clicked(t *testing.T, class windows.GUID, arguments string) {
	t.Helper()
	if err := windows.CoInitializeEx(0, windows.COINIT_MULTITHREADED); err != nil && !errors.Is(err, syscall.Errno(1)) {
		t.Fatal(err)
	}
	defer windows.CoUninitialize()
	var callback **[4]uintptr
	const inProcessOfItsOwn = 4
	result, _, _ := coCreateInstance.Call(uintptr(unsafe.Pointer(&class)), 0, inProcessOfItsOwn, uintptr(unsafe.Pointer(&iidCallback)), uintptr(unsafe.Pointer(&callback)))
	if result != resultOK {
		t.Fatalf("Windows finds no callback: %#x", result)
	}
	call := func(method int, args ...uintptr) uintptr {
		result, _, _ := syscall.SyscallN((*callback)[method], append([]uintptr{uintptr(unsafe.Pointer(callback))}, args...)...)
		return result
	}
	app, err := windows.UTF16PtrFromString(appID)
	if err != nil {
		t.Fatal(err)
	}
	said, err := windows.UTF16PtrFromString(arguments)
	if err != nil {
		t.Fatal(err)
	}
	if result := call(3, uintptr(unsafe.Pointer(app)), uintptr(unsafe.Pointer(said)), 0, 0); result != resultOK {
		t.Errorf("Activate: %#x", result)
	}
	var other uintptr
	if result := call(0, uintptr(unsafe.Pointer(&iidClassFactory)), uintptr(unsafe.Pointer(&other))); result != resultNoInterface || other != 0 {
		t.Errorf("the callback says it is a class: %#x", result)
	}
	call(2)
}

// registered reads a value of the user's classes.
func registered(path, name string) string {
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	value, _, _ := key.GetStringValue(name)
	return value
}

// What Windows does after a click arrives as the button that was pressed, and nothing
// stays in the registry afterwards. The toast itself needs PowerShell and is seen on a
// real Windows only.
func TestAClickOnAToastIsHeard(t *testing.T) {
	home := t.TempDir()
	revive := []string{`C:\Program Files\TokenTray\tokentray-window.exe`, "--agent-only", "--home", home}
	n := newDesktop(Config{Home: home, Revive: revive, Log: slog.New(slog.DiscardHandler)}).(*native)
	if n.signals() != nil {
		t.Error("it listens before the first toast")
	}
	if err := n.open(); err != nil {
		t.Fatal(err)
	}
	key := classes + n.class.String()
	if got := registered(key+localServer, ""); got != windows.ComposeCommandLine(revive) {
		t.Errorf("Windows would start %q", got)
	}
	if got := registered(applications+n.id, "CustomActivator"); got != n.class.String() {
		t.Errorf("the application's class is %q", got)
	}
	tests := map[string]desktopEvent{
		n.report(expiry, actDefault):                        {kind: expiry, button: actDefault},
		n.report(person, actCopyIP):                         {kind: person, button: actCopyIP},
		newDesktop(Config{}).(*native).report(late, "copy"): {}, // of an earlier agent
		"": {}, "a b c": {},
	}
	for arguments, want := range tests {
		clicked(t, n.class, arguments)
		select {
		case s := <-n.signals():
			if got := n.read(s, true); got != want {
				t.Errorf("%q means %+v, want %+v", arguments, got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%q was not heard", arguments)
		}
	}
	n.clicks.close()
	for _, path := range []string{applications + n.id, key + localServer, key} {
		if k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE); err == nil {
			k.Close()
			t.Errorf("%s stays in the registry", path)
		}
	}
}

// Two homes do not get each other's clicks.
func TestEachHomeIsAnApplication(t *testing.T) {
	var seen []application
	for _, home := range []string{"", `C:\one`, `C:\two`} {
		a := applicationOf(home)
		if slices.ContainsFunc(seen, func(b application) bool { return a.id == b.id || a.class == b.class }) || len(a.id) > 128 {
			t.Errorf("%q is %+v", home, a)
		}
		seen = append(seen, a)
	}
	if applicationOf(`C:\one`) != applicationOf(`c:\ONE`) {
		t.Error("one folder is two applications")
	}
}
