package autostart

import (
	"os"
	"path/filepath"
)

// program is what is started, with arguments.
const program = "tokentray"

func arguments() []string { return []string{"agent"} }

// platform is the user's folder of launch agents.
func platform() (place, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	return &launchAgent{dir: filepath.Join(home, "Library", "LaunchAgents")}, nil
}
