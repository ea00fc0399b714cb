//go:build linux

package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// Names of the tray's protocol (freedesktop.org, StatusNotifierItem) and of the
// menus it points to (com.canonical.dbusmenu).
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	itemIface   = "org.kde.StatusNotifierItem"
	menuIface   = "com.canonical.dbusmenu"
)

// panelConfig is one bar at the top: the windows that are open, and a system tray.
const panelConfig = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="icon-size" type="uint" value="22"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
`

func writePanelConfig(home string) error {
	dir := filepath.Join(home, ".config/xfce4/xfconf/xfce-perchannel-xml")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "xfce4-panel.xml"), []byte(panelConfig), 0o600)
}

// StartPanel starts the panel and waits until its tray answers.
func (d *Desktop) StartPanel() error {
	var err error
	if d.panel, err = d.Start("panel", "xfce4-panel", "--disable-wm-check", "--sm-client-disable"); err != nil {
		return err
	}
	return Until(60*time.Second, "the panel's tray", func() error {
		if !d.HasName(watcherName) {
			return errors.New(watcherName + " is not there")
		}
		return nil
	})
}

// StopPanel ends the panel, as a crash or its restart does, and waits until the
// tray is gone.
func (d *Desktop) StopPanel() error {
	if d.panel == nil {
		return errors.New("no panel runs")
	}
	d.panel.Stop()
	d.panel = nil
	return Until(60*time.Second, "the tray to go", func() error {
		if d.HasName(watcherName) {
			return errors.New(watcherName + " is still there")
		}
		return nil
	})
}

// HasName reports whether somebody owns a name on the session bus.
func (d *Desktop) HasName(name string) bool {
	var has bool
	err := d.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, name).Store(&has)
	return err == nil && has
}

// Item is an icon in the tray.
type Item struct {
	Service string // bus name of its owner
	Path    dbus.ObjectPath
	d       *Desktop
}

// TrayItems lists the icons that are registered with the tray.
func (d *Desktop) TrayItems() ([]Item, error) {
	v, err := d.conn.Object(watcherName, watcherPath).GetProperty(watcherName + ".RegisteredStatusNotifierItems")
	if err != nil {
		return nil, fmt.Errorf("asking the tray for its icons: %w", err)
	}
	var out []Item
	for _, s := range v.Value().([]string) {
		service, path := s, dbus.ObjectPath("/StatusNotifierItem")
		if i := strings.IndexByte(s, '/'); i >= 0 {
			service, path = s[:i], dbus.ObjectPath(s[i:])
		}
		out = append(out, Item{service, path, d})
	}
	return out, nil
}

// WaitTrayItem waits until exactly one icon is registered and answers.
func (d *Desktop) WaitTrayItem(limit time.Duration) (Item, error) {
	var item Item
	err := Until(limit, "one icon in the tray", func() error {
		items, err := d.TrayItems()
		if err != nil {
			return err
		}
		if len(items) != 1 {
			return fmt.Errorf("%d icons are there", len(items))
		}
		item = items[0]
		_, err = item.Property("Id")
		return err
	})
	return item, err
}

// Property reads a property of the icon, such as Title, ToolTip or IconPixmap.
func (i Item) Property(name string) (any, error) {
	v, err := i.d.conn.Object(i.Service, i.Path).GetProperty(itemIface + "." + name)
	if err != nil {
		return nil, fmt.Errorf("reading the icon's %s: %w", name, err)
	}
	return v.Value(), nil
}

// MenuItem is one entry of a menu.
type MenuItem struct {
	ID        int32
	Label     string
	Separator bool
	Enabled   bool
	Visible   bool
	Checked   bool
	Children  []MenuItem
}

// layout is how com.canonical.dbusmenu sends an entry.
type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// Menu reads the icon's whole menu.
func (i Item) Menu() ([]MenuItem, error) {
	o, err := i.menu()
	if err != nil {
		return nil, err
	}
	var update bool
	if err := o.Call(menuIface+".AboutToShow", 0, int32(0)).Store(&update); err != nil {
		return nil, fmt.Errorf("opening the menu: %w", err)
	}
	var revision uint32
	var root layout
	if err := o.Call(menuIface+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root); err != nil {
		return nil, fmt.Errorf("reading the menu: %w", err)
	}
	return root.entry().Children, nil
}

func (i Item) menu() (dbus.BusObject, error) {
	v, err := i.Property("Menu")
	if err != nil {
		return nil, err
	}
	path, ok := v.(dbus.ObjectPath)
	if !ok || !path.IsValid() {
		return nil, fmt.Errorf("the icon's menu is %v", v)
	}
	return i.d.conn.Object(i.Service, path), nil
}

func (l layout) entry() MenuItem {
	m := MenuItem{ID: l.ID, Enabled: true, Visible: true}
	for key, v := range l.Properties {
		switch key {
		case "label":
			m.Label, _ = v.Value().(string)
		case "type":
			m.Separator = v.Value() == "separator"
		case "enabled":
			m.Enabled, _ = v.Value().(bool)
		case "visible":
			m.Visible, _ = v.Value().(bool)
		case "toggle-state":
			m.Checked = v.Value() == int32(1)
		}
	}
	m.Label = strings.NewReplacer("__", "_", "_", "").Replace(m.Label) // _ marks the access key
	for _, v := range l.Children {
		var child layout
		if dbus.Store([]any{v.Value()}, &child) == nil {
			m.Children = append(m.Children, child.entry())
		}
	}
	return m
}

// Click chooses the entry with that ID.
func (i Item) Click(id int32) error {
	o, err := i.menu()
	if err != nil {
		return err
	}
	err = o.Call(menuIface+".Event", 0, id, "clicked", dbus.MakeVariant(int32(0)), uint32(time.Now().Unix())).Err
	if err != nil {
		return fmt.Errorf("clicking a menu entry: %w", err)
	}
	return nil
}

// SecondaryActivate does what a middle click on the icon does.
func (i Item) SecondaryActivate() error {
	if err := i.d.conn.Object(i.Service, i.Path).Call(itemIface+".SecondaryActivate", 0, int32(0), int32(0)).Err; err != nil {
		return fmt.Errorf("a middle click on the icon: %w", err)
	}
	return nil
}

// Entry is the first enabled entry, submenus included, whose label begins with
// that text.
func (i Item) Entry(begin string) (MenuItem, error) {
	menu, err := i.Menu()
	if err != nil {
		return MenuItem{}, err
	}
	m, ok := find(menu, func(m MenuItem) bool { return m.Enabled && m.Visible && strings.HasPrefix(m.Label, begin) })
	if !ok {
		return MenuItem{}, fmt.Errorf("no entry of the menu begins with %q; there are %q", begin, Labels(menu))
	}
	return m, nil
}

func find(menu []MenuItem, want func(MenuItem) bool) (MenuItem, bool) {
	for _, m := range menu {
		if !m.Visible {
			continue // and what is in it
		}
		if len(m.Children) == 0 && want(m) {
			return m, true
		}
		if m, ok := find(m.Children, want); ok {
			return m, ok
		}
	}
	return MenuItem{}, false
}

// Labels lists the labels of a menu and its submenus, in order.
func Labels(menu []MenuItem) []string {
	var out []string
	for _, m := range menu {
		if m.Visible && !m.Separator {
			out = slices.Concat(out, []string{m.Label}, Labels(m.Children))
		}
	}
	return out
}
