package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityNamesTestsThatExist: what SECURITY.md promises is shown by the tests
// that it names, and the number of fuzz targets is the one it says.
func TestSecurityNamesTestsThatExist(t *testing.T) {
	const top = "../.."
	page, err := os.ReadFile(filepath.Join(top, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	targets, fuzz := map[string]bool{}, regexp.MustCompile(`(?m)^func (Fuzz[A-Za-z0-9]+)\(`)
	err = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "bin"):
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		for _, m := range fuzz.FindAllStringSubmatch(string(text), -1) {
			targets[filepath.Dir(path)+" "+m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprintf("`make fuzz` has %d targets", len(targets)); !strings.Contains(string(page), said) {
		t.Errorf("it does not say that %s", said)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 15 {
		t.Errorf("it names %d tests", len(named))
	}
	for _, m := range named {
		if !strings.Contains(all.String(), "\nfunc "+m[1]+"(") {
			t.Errorf("there is no %s", m[1])
		}
	}
}
