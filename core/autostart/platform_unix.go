//go:build !windows && !darwin

package autostart

import (
	"os"
	"path/filepath"
	"strings"
)

// program is what is started, with arguments.
const program = "tokentray"

func arguments() []string { return []string{"agent"} }

// platform is the XDG autostart folder, as the environment says where.
func platform() (place, error) {
	config := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		config = filepath.Join(home, ".config")
	}
	x := &xdg{dir: filepath.Join(config, "autostart"), path: filepath.SplitList(os.Getenv("PATH"))}
	system := os.Getenv("XDG_CONFIG_DIRS")
	if system == "" {
		system = "/etc/xdg"
	}
	for _, dir := range filepath.SplitList(system) {
		if filepath.IsAbs(dir) {
			x.system = append(x.system, filepath.Join(dir, "autostart"))
		}
	}
	if desktop := os.Getenv("XDG_CURRENT_DESKTOP"); desktop != "" {
		x.desktop = strings.Split(desktop, ":")
	}
	return x, nil
}
