// Command audit lists the licences of everything that is part of the programs, on
// every system. It fails at an unknown licence and at one that puts conditions on
// distributing the programs. It is a module of its own, so that the programs do not
// depend on its libraries. Run it by make audit.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// fine are the licences that require only their own text beside the program, by SPDX
// name.
var fine = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "GooglePatentClause", "ISC", "MIT", "MIT-0", "Unlicense", "Zlib", "X11"}

// elsewhere are licences of parts of a module that are not in our programs.
var elsewhere = map[module]string{
	{path: "github.com/modelcontextprotocol/go-sdk"}: "CC-BY-4.0", // its documentation
}

// build is a program on a system.
type build struct{ program, system, tags, cgo string }

// module is a dependency with its sources.
type module struct{ path, version, dir string }

func main() {
	root := flag.String("root", ".", "folder of the module")
	tags := flag.String("tags", "", "of the builds on this system")
	texts := flag.String("texts", "", "file to write all licences into, for packages")
	flag.Parse()
	if err := audit(*root, *tags, *texts); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

func audit(root, tags, texts string) error {
	used := map[module]bool{}
	programs, err := filepath.Glob(filepath.Join(root, "cmd", "tokentray*"))
	if err != nil {
		return err
	}
	for _, folder := range programs {
		cgo := "0"
		if filepath.Base(folder) == "tokentray-window" {
			cgo = "1"
		}
		for _, b := range []build{{system: "linux", tags: tags}, {system: "windows"}, {system: "darwin"}} {
			b.program, b.cgo = "./cmd/"+filepath.Base(folder), cgo
			if err := collect(root, b, used); err != nil {
				return err
			}
		}
	}
	var bad []error
	modules := make([]module, 0, len(used))
	for m := range used {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	var all strings.Builder
	for _, own := range []module{
		{"Go, its library and runtime", runtime.Version(), runtime.GOROOT()},
		{"TokenTray Sans and TokenTray Mono, the fonts of the window", "", filepath.Join(root, "assets", "font")},
	} {
		if err := quote(&all, own); err != nil {
			return err
		}
	}
	for _, m := range modules {
		licences, err := licencesOf(m.dir)
		if err != nil {
			return err
		}
		if err := quote(&all, m); err != nil {
			return err
		}
		fmt.Printf("%-50s %-40s %s\n", m.path, m.version, strings.Join(licences, ", "))
		if len(licences) == 0 {
			bad = append(bad, fmt.Errorf("%s has no licence that is known", m.path))
		}
		for _, l := range licences {
			if !slices.Contains(fine, l) && elsewhere[module{path: m.path}] != l {
				bad = append(bad, fmt.Errorf("%s is under %s: see what it asks for, then add it to the list", m.path, l))
			}
		}
	}
	fmt.Printf("%d modules\n", len(modules))
	if texts != "" {
		bad = append(bad, os.WriteFile(texts, []byte(all.String()), 0o644))
	}
	return errors.Join(bad...)
}

// collect adds the modules that a build uses.
func collect(root string, b build, all map[module]bool) error {
	cmd := exec.Command("go", "list", "-deps", "-tags", b.tags, "-f", `{{with .Module}}{{if not .Main}}{{.Path}}|{{.Version}}|{{.Dir}}{{end}}{{end}}`, b.program)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+b.system, "CGO_ENABLED="+b.cgo)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("list what %s on %s is built of: %w", b.program, b.system, err)
	}
	for _, line := range strings.Fields(string(out)) {
		if f := strings.Split(line, "|"); len(f) == 3 && f[2] != "" {
			all[module{f[0], f[1], f[2]}] = true
		}
	}
	return nil
}

// licenceFile matches the names of licence files.
var licenceFile = regexp.MustCompile(`(?i)^((un)?(licen[cs]e|copying)([-._].*)?|ofl\.txt)$`)

// licenceTexts reads the licence files in the root of a module.
func licenceTexts(dir string) ([][]byte, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, f := range files {
		if f.IsDir() || !licenceFile.MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// quote writes the texts that a module requires beside the program.
func quote(w *strings.Builder, m module) error {
	texts, err := licenceTexts(m.dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n%s %s\n%[1]s\n\n", strings.Repeat("=", 80), m.path, m.version)
	for _, text := range texts {
		fmt.Fprintf(w, "%s\n\n", strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	return nil
}

// licencesOf names the licences in the root of a module.
func licencesOf(dir string) ([]string, error) {
	texts, err := licenceTexts(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, text := range texts {
		for _, m := range licensecheck.Scan(text).Match {
			if !slices.Contains(out, m.ID) {
				out = append(out, m.ID)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}
