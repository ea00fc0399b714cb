package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "tokentray"

// pkg is what go list prints about a package. Deps are all packages that it depends
// on.
type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

// arrows says which of our packages a package may import. The longest pattern that
// matches the package decides. A pattern that ends in /... matches the packages
// below.
var arrows = []struct {
	pattern string
	may     []string
}{
	{"core", nil},
	{"core/kinds", []string{"core"}},
	{"core/api", []string{"core", "core/kinds", "core/local"}},
	{"core/agent", []string{"core", "core/api", "core/call", "core/diagnose", "core/door", "core/durable", "core/format", "core/home", "core/interchange", "core/jssdk", "core/kinds", "core/launch", "core/layout", "core/local", "core/preset", "core/push", "core/recognise", "core/redisconn", "core/team"}},
	{"core/call", []string{"core", "core/kinds", "core/upstream"}},
	{"core/diagnose", []string{"core", "core/kinds", "core/upstream"}},
	{"core/door", []string{"core", "core/api", "core/call", "core/kinds"}},
	{"core/sidecar", []string{"core", "core/api"}},
	{"core/filefault", nil},
	{"core/interchange", []string{"core", "core/filefault", "core/kinds", "core/recognise"}},
	{"core/recognise", []string{"core", "core/kinds"}},
	{"core/jssdk", []string{"core", "core/kinds"}},
	{"core/launch", []string{"core", "core/api", "core/format", "core/home", "core/local"}},
	{"core/home", []string{"core", "core/acl", "core/local"}},
	{"core/acl", nil},
	{"core/job", nil},
	{"core/doctor", []string{"core", "core/acl"}},
	{"core/local", nil},
	{"core/push", []string{"core", "core/job", "core/durable", "core/format", "core/kinds"}},
	{"core/store", []string{"core", "core/durable"}},
	{"core/rediscache", []string{"core", "core/kinds", "core/layout", "core/redisconn", "core/upstream"}},
	{"core/preset", []string{"core", "core/kinds", "core/upstream"}},
	{"core/redisconn", []string{"core", "core/durable"}},
	{"core/redisconn/redistest", []string{"core/redisconn"}}, // servers for tests
	{"core/keepertest", []string{"core", "core/kinds"}},      // a Keeper for tests
	{"core/upstream/upstreamtest", nil},                      // servers for tests
	{"core/team", []string{"core", "core/kinds", "core/redisconn"}},
	{"core/upstream", []string{"core"}},
	{"core/vault", []string{"core", "core/durable"}},
	{"core/autostart", []string{"core", "core/durable"}},
	{"core/durable", nil},
	{"core/layout", nil},
	{"core/harden", nil},
	{"core/...", []string{"core", "core/kinds"}}, // adapters
	{"ui/text", []string{"core", "core/api", "core/filefault", "core/kinds"}},
	{"ui/search", []string{"core", "core/api", "ui/text"}},
	{"ui/mcp", []string{"core", "core/api", "ui/text"}},
	{"ui/kit", []string{"ui/text", "assets", "assets/..."}}, // knows no account
	{"ui/...", []string{"core", "core/api", "core/kinds", "core/format", "core/collection", "core/recognise", "ui/text", "ui/search", "ui/kit", "assets", "assets/..."}},
	{"ui/window", []string{"core", "core/api", "core/kinds", "core/format", "core/collection", "core/durable", "core/recognise", "ui/text", "ui/search", "ui/kit", "assets", "assets/..."}}, // it reads files that people choose
	{"ui/cli", []string{"core", "core/job", "core/api", "core/sidecar", "core/format", "core/collection", "core/durable", "core/kinds", "ui/text", "ui/search"}},                            // it writes files that people ask for
	{"assets/...", nil},
	{"assets", []string{"assets/..."}},
	{"cmd/...", []string{"core", "core/...", "ui/...", "assets", "assets/...", "cmd/e2e/..."}},
}

// unreachable says what a package must not depend on, directly or through others.
var unreachable = []struct {
	pattern string
	never   []string
	why     string
}{
	{"core", []string{"os/exec", "net/http"}, "the domain knows no process and no network"},
	{"core/...", []string{"fyne.io/fyne/..."}, "the core knows no toolkit"},
	{"ui/...", []string{"go.etcd.io/bbolt", "github.com/zalando/go-keyring"}, "a user interface asks the agent"},
	{"ui/window", []string{"fyne.io/fyne/v2/app"}, "the window's tests need no OpenGL"},
	{"ui/cli", []string{"fyne.io/fyne/..."}, "the command line is pure Go"},
	{"ui/...", []string{"tokentray/core/interchange", "filippo.io/age"}, "the agent reads and writes the files of others"},
	{"ui/tray", []string{"fyne.io/fyne/..."}, "the tray is pure Go"},
	{"cmd/tokentray", []string{"fyne.io/fyne/..."}, "what lives in the tray all day is pure Go"},
	{"cmd/tokentray", []string{"github.com/modelcontextprotocol/...", "github.com/google/jsonschema-go/...", "encoding/gob"}, "the agent does not pay for the protocol of AI agents"},
	{"cmd/tokentray", []string{"github.com/spf13/cobra/doc"}, "what lives in the tray all day formats no manual pages"},
	{"cmd/tokentray-window", []string{
		"filippo.io/age", "filippo.io/age/...", "github.com/redis/...", "gopkg.in/yaml.v3", "go.yaml.in/...", "go.etcd.io/bbolt", "github.com/zalando/go-keyring",
		"tokentray/core/agent", "tokentray/core/push", "tokentray/core/store", "tokentray/core/vault", "tokentray/core/interchange",
	}, "the window asks the agent, and loads fast"},
}

// fits reports whether pattern covers path. core/... does not cover core.
func fits(pattern, path string) bool {
	if below, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(path, below)
	}
	return pattern == path
}

func fitsAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, path) })
}

// allowed returns which of our packages path may import. The longest pattern decides,
// and an exact one is preferred to one that ends in dots.
func allowed(path string) (may []string, known bool) {
	best := -1
	for _, family := range families() {
		if path == adapterOf(family) { // an adapter; a row of its own comes before this
			best, may, known = 2*len(path), []string{"core", "core/kinds", "core/upstream"}, true
		}
	}
	for _, a := range arrows {
		if !fits(a.pattern, path) {
			continue
		}
		rank := 2 * len(strings.TrimSuffix(a.pattern, "..."))
		if !strings.HasSuffix(a.pattern, "...") {
			rank++
		}
		if rank > best {
			best, may, known = rank, a.may, true
		}
	}
	return may, known
}

// violations returns a sentence for each import in the wrong direction.
func violations(pkgs []pkg) []string {
	var out []string
	for _, p := range pkgs {
		path, ours := strings.CutPrefix(p.ImportPath, module+"/")
		if !ours {
			out = append(out, p.ImportPath+": nothing may stand in the root folder")
			continue
		}
		may, known := allowed(path)
		if !known {
			out = append(out, path+": no rule knows this folder")
		}
		for _, imp := range p.Imports {
			if imp, ours := strings.CutPrefix(imp, module+"/"); ours && !fitsAny(may, imp) {
				out = append(out, fmt.Sprintf("%s imports %s", path, imp))
			}
		}
		for _, u := range unreachable {
			if !fits(u.pattern, path) {
				continue
			}
			for _, dep := range slices.Concat(p.Deps, p.TestImports, p.XTestImports) {
				if fitsAny(u.never, dep) {
					out = append(out, fmt.Sprintf("%s reaches %s, but %s", path, dep, u.why))
				}
			}
		}
	}
	return out
}

// TestArrows checks the direction of imports: cmd -> ui -> core/api -> core, and
// every adapter under core -> core.
func TestArrows(t *testing.T) {
	for _, goos := range []string{"linux", "windows", "darwin"} {
		t.Run(goos, func(t *testing.T) {
			pkgs := list(t, goos)
			if !slices.ContainsFunc(pkgs, func(p pkg) bool { return p.ImportPath == module+"/core/api" }) {
				t.Fatalf("go list found %d packages, and core/api is not among them", len(pkgs))
			}
			for _, v := range violations(pkgs) {
				t.Error(v)
			}
		})
	}
}

func list(t *testing.T, goos string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-tags=x11,migrated_fynedo",
		"-json=ImportPath,Imports,TestImports,XTestImports,Deps", module+"/...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list for %s: %v\n%s", goos, err, stderr.Bytes())
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		if err != nil {
			t.Fatalf("go list for %s: %v", goos, err)
		}
		pkgs = append(pkgs, p)
	}
}

// TestArrowsAreSeen shows that the rules find exactly what they forbid.
func TestArrowsAreSeen(t *testing.T) {
	const fyne, app, bbolt = "fyne.io/fyne/v2", "fyne.io/fyne/v2/app", "go.etcd.io/bbolt"
	for _, c := range []struct {
		what string
		pkg  pkg
		bad  bool
	}{
		{"core imports an adapter", pkg{ImportPath: "tokentray/core", Imports: []string{"tokentray/core/store"}}, true},
		{"core reaches a process", pkg{ImportPath: "tokentray/core", Deps: []string{"os/exec"}}, true},
		{"an adapter imports core", pkg{ImportPath: "tokentray/core/store", Imports: []string{"tokentray/core", bbolt}, Deps: []string{bbolt}}, false},
		{"an adapter imports another", pkg{ImportPath: "tokentray/core/store", Imports: []string{"tokentray/core/vault"}}, true},
		{"an adapter imports the wire types", pkg{ImportPath: "tokentray/core/clipboard", Imports: []string{"tokentray/core/api"}}, true},
		{"the agent imports an adapter", pkg{ImportPath: "tokentray/core/agent", Imports: []string{"tokentray/core/store"}}, true},
		{"the agent imports core and api", pkg{ImportPath: "tokentray/core/agent", Imports: []string{"tokentray/core", "tokentray/core/api"}}, false},
		{"an adapter reaches Fyne", pkg{ImportPath: "tokentray/core/clipboard", Deps: []string{fyne}}, true},
		{"a test of an adapter imports Fyne", pkg{ImportPath: "tokentray/core/clipboard", TestImports: []string{fyne}}, true},
		{"core imports the user interface", pkg{ImportPath: "tokentray/core/agent", Imports: []string{"tokentray/ui/text"}}, true},
		{"the window imports the wire types", pkg{ImportPath: "tokentray/ui/window", Imports: []string{"tokentray/core/api", fyne}, Deps: []string{fyne}}, false},
		{"the window imports the store", pkg{ImportPath: "tokentray/ui/window", Imports: []string{"tokentray/core/store"}}, true},
		{"the window reaches bbolt", pkg{ImportPath: "tokentray/ui/window", Deps: []string{bbolt}}, true},
		{"the window imports the app", pkg{ImportPath: "tokentray/ui/window", Deps: []string{app}}, true},
		{"a test of the window imports the app", pkg{ImportPath: "tokentray/ui/window", XTestImports: []string{app}}, true},
		{"the command line imports the agent", pkg{ImportPath: "tokentray/ui/cli", Imports: []string{"tokentray/core/agent"}}, true},
		{"the command line imports the simulator", pkg{ImportPath: "tokentray/ui/cli", Imports: []string{"tokentray/core/sim"}}, true},
		{"the tray imports WeChat", pkg{ImportPath: "tokentray/ui/tray", Imports: []string{"tokentray/core/wechat"}}, true},
		{"the tray imports the window", pkg{ImportPath: "tokentray/ui/tray", Imports: []string{"tokentray/ui/window"}}, true},
		{"the tray imports an icon", pkg{ImportPath: "tokentray/ui/tray", Imports: []string{"tokentray/assets/icons"}}, false},
		{"assets import code", pkg{ImportPath: "tokentray/assets/icons", Imports: []string{"tokentray/core"}}, true},
		{"the small program composes", pkg{ImportPath: "tokentray/cmd/tokentray", Imports: []string{"tokentray/core/store", "tokentray/ui/cli"}}, false},
		{"the small program reaches Fyne", pkg{ImportPath: "tokentray/cmd/tokentray", Deps: []string{fyne}}, true},
		{"the small program reaches Fyne's tray module", pkg{ImportPath: "tokentray/cmd/tokentray", Deps: []string{"fyne.io/systray"}}, false},
		{"the window's program imports the app", pkg{ImportPath: "tokentray/cmd/tokentray-window", Deps: []string{app}}, false},
		{"the window's program reaches the agent", pkg{ImportPath: "tokentray/cmd/tokentray-window", Deps: []string{"tokentray/core/agent"}}, true},
		{"the window's program reaches encryption", pkg{ImportPath: "tokentray/cmd/tokentray-window", Deps: []string{"filippo.io/age/armor"}}, true},
		{"the user interface imports a program", pkg{ImportPath: "tokentray/ui/cli", Imports: []string{"tokentray/cmd/tokentray"}}, true},
		{"a folder that no rule knows", pkg{ImportPath: "tokentray/utils"}, true},
		{"code in the root folder", pkg{ImportPath: "tokentray"}, true},
	} {
		if got := violations([]pkg{c.pkg}); (len(got) > 0) != c.bad {
			t.Errorf("%s: violations %q, want some: %v", c.what, got, c.bad)
		}
	}
}
