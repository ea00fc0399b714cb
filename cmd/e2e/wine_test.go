//go:build linux

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// underWine reports whether the programs are those of Windows, started by scripts that
// cmd/e2e/wine/wine.sh writes. A home is then no place of sockets, and process IDs are
// wine's.
func underWine() bool { return os.Getenv("TOKENTRAY_E2E_WINE") != "" }

// ofHome runs the program on a home.
func ofHome(exe, home string, args ...string) ([]byte, error) {
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), "TOKENTRAY_HOME="+home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%v: %w: %s", args, err, out)
	}
	return out, err
}

// stopUnderWine ends the agent of a home, if there is one.
func stopUnderWine(exe, home string) error {
	_, err := ofHome(exe, home, "stop")
	return err
}

// killUnderWine kills the agent of a home.
func killUnderWine(exe, home string) error {
	out, err := ofHome(exe, home, "status", "--json")
	if err != nil {
		return err
	}
	var status struct{ PID int }
	if err := json.Unmarshal(out, &status); err != nil || status.PID == 0 {
		return errors.Join(fmt.Errorf("the agent's process is not told: %s", out), err)
	}
	return exec.Command(os.Getenv("TOKENTRAY_E2E_WINE"), "run", "taskkill", "/f", "/pid", strconv.Itoa(status.PID)).Run()
}
