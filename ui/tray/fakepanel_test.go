//go:build linux

package tray

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
	"github.com/google/go-cmp/cmp"

	"tokentray/ui/bustest"
)

// fakeWatcher is a panel's StatusNotifierWatcher and host.
type fakeWatcher struct {
	conn *dbus.Conn
	deaf bool // ignores registrations by path, which is how systray registers

	mu         sync.Mutex
	props      *prop.Properties
	items      []string
	registered chan string
}

func startWatcher(t *testing.T, b *bustest.Bus, deaf bool) *fakeWatcher {
	t.Helper()
	w := &fakeWatcher{conn: b.Connect(t), deaf: deaf, registered: make(chan string, 10)}
	var err error
	if err := w.conn.Export(w, watcherPath, watcherName); err != nil {
		t.Fatal(err)
	}
	w.props, err = prop.Export(w.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the watcher's name: %v, %v", r, err)
	}
	return w
}

// RegisterStatusNotifierItem accepts a path of the sender, or a bus name whose item
// has the usual path.
func (w *fakeWatcher) RegisterStatusNotifierItem(sender dbus.Sender, service string) *dbus.Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	item := service + "/StatusNotifierItem"
	if strings.HasPrefix(service, "/") {
		if w.deaf {
			return nil
		}
		item = string(sender) + service
	}
	if !slices.Contains(w.items, item) {
		w.items = append(w.items, item)
		w.props.SetMust(watcherName, "RegisteredStatusNotifierItems", slices.Clone(w.items))
	}
	w.registered <- item
	return nil
}

func (w *fakeWatcher) list() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.items)
}

// item waits for the icon and returns it.
func (w *fakeWatcher) item(t *testing.T) icon {
	t.Helper()
	select {
	case i := <-w.registered:
		name, path, _ := strings.Cut(i, "/")
		return icon{t, w.conn, w.conn.Object(name, dbus.ObjectPath("/"+path))}
	case <-time.After(patience):
		t.Fatal("no icon was registered")
		return icon{}
	}
}

// icon is the tray's icon as a panel sees it.
type icon struct {
	t    *testing.T
	conn *dbus.Conn
	obj  dbus.BusObject
}

func (i icon) get(name string) any {
	i.t.Helper()
	v, err := i.obj.GetProperty("org.kde.StatusNotifierItem." + name)
	if err != nil {
		i.t.Fatalf("property %s: %v", name, err)
	}
	return v.Value()
}

func (i icon) menu() dbus.BusObject {
	return i.conn.Object(i.obj.Destination(), i.get("Menu").(dbus.ObjectPath))
}

// node is a line of com.canonical.dbusmenu.
type node struct {
	ID    int32
	Props map[string]dbus.Variant
	Kids  []dbus.Variant
}

// lines reads the visible lines of the menu, with submenus indented, and their ids.
func (i icon) lines() (lines []string, ids map[string]int32) {
	i.t.Helper()
	ids = map[string]int32{}
	var walk func(n node, indent string)
	walk = func(n node, indent string) {
		for _, kid := range n.Kids {
			var k node
			if err := dbus.Store([]any{kid.Value()}, &k); err != nil {
				i.t.Fatal(err)
			}
			if v, ok := k.Props["visible"]; ok && v.Value() == false {
				continue
			}
			if v, ok := k.Props["type"]; ok && v.Value() == "separator" {
				lines = append(lines, indent+"--")
				continue
			}
			label := k.Props["label"].Value().(string)
			ids[label] = k.ID
			if v := k.Props["toggle-state"].Value(); k.Props["toggle-type"].Value() == "checkmark" {
				label = fmt.Sprintf("[%d] %s", v, label)
			}
			if k.Props["enabled"].Value() == false {
				label = "! " + label
			}
			lines = append(lines, indent+label)
			walk(k, indent+"  > ")
		}
	}
	// systray answers the first call with one level only; see its GetLayout.
	for range 2 {
		var revision uint32
		var root node
		if err := i.menu().Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root); err != nil {
			i.t.Fatalf("GetLayout: %v", err)
		}
		lines = nil
		walk(root, "")
	}
	return lines, ids
}

// wantLines waits until the menu has these lines. It looks again at each change that
// the menu announces.
func (i icon) wantLines(want ...string) map[string]int32 {
	i.t.Helper()
	changes := make(chan *dbus.Signal, 1000)
	i.conn.Signal(changes)
	defer i.conn.RemoveSignal(changes)
	if err := i.conn.AddMatchSignal(dbus.WithMatchInterface("com.canonical.dbusmenu")); err != nil {
		i.t.Fatal(err)
	}
	end := time.After(patience)
	for {
		got, ids := i.lines()
		diff := cmp.Diff(want, got)
		if diff == "" {
			return ids
		}
		select {
		case <-changes:
		case <-end:
			i.t.Fatalf("the menu (-want +got):\n%s", diff)
		}
	}
}

func (i icon) click(id int32) {
	i.t.Helper()
	if err := i.menu().Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(0), uint32(0)).Err; err != nil {
		i.t.Fatal(err)
	}
}
