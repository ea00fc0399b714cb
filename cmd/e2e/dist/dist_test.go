//go:build linux

package dist

import (
	"bytes"
	"crypto/sha256"
	"debug/macho"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The folders that make test-dist has filled: this commit, the same built again in
// another folder, an earlier commit, and this commit with signatures.
type made struct{ now, again, earlier, signed string }

func packages(t *testing.T) made {
	t.Helper()
	root := os.Getenv("TOKENTRAY_E2E_DIST")
	if root == "" {
		t.Fatal("TOKENTRAY_E2E_DIST is not set: run make test-dist")
	}
	return made{
		now: filepath.Join(root, "now"), again: filepath.Join(root, "again"),
		earlier: filepath.Join(root, "earlier"), signed: filepath.Join(root, "signed"),
	}
}

// one returns the only file in a folder whose name ends in end.
func one(t *testing.T, dir, end string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "tokentray*"+end))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s has %d files that end in %s, want one", dir, len(found), end)
	}
	return found[0]
}

// run runs a command that must succeed and returns its output.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out.String())
	}
	return out.String()
}

// files lists the files below a folder, without the records of package managers.
// Empty folders may stay: system folders belong to other packages.
func files(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if name == "var" {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTheSameBytes compares what was built twice, in two folders.
func TestTheSameBytes(t *testing.T) {
	p := packages(t)
	first, second := sums(t, p.now), sums(t, p.again)
	if len(first) < 6 {
		t.Errorf("only %d packages: %v", len(first), slices.Sorted(maps.Keys(first)))
	}
	for name, sum := range first {
		if second[name] != sum {
			t.Errorf("%s has other bytes when it is made once more", name)
		}
	}
}

// sums reads SHA256SUMS of a folder after checking it.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if is := sha256.Sum256(content); hex.EncodeToString(is[:]) != sum {
			t.Errorf("SHA256SUMS is not true of %s", name)
		}
		out[name] = sum
	}
	return out
}

// TestSignatures: if a certificate and a key are given, the Windows programs are
// signed and SHA256SUMS has a signature file.
func TestSignatures(t *testing.T) {
	p := packages(t)
	keys := filepath.Join(filepath.Dir(p.signed), "keys")
	run(t, nil, "osslsigncode", "verify", "-CAfile", filepath.Join(keys, "cert.pem"), "-in", one(t, p.signed, "-setup.exe"))
	dir := t.TempDir()
	run(t, nil, "unzip", "-q", one(t, p.signed, "-windows-amd64.zip"), "-d", dir)
	programs, _ := filepath.Glob(filepath.Join(dir, "*", "*.exe"))
	if len(programs) != 3 {
		t.Fatalf("programs in the zip: %v", programs)
	}
	for _, program := range programs {
		run(t, nil, "osslsigncode", "verify", "-CAfile", filepath.Join(keys, "cert.pem"), "-in", program)
	}
	run(t, nil, "minisign", "-V", "-p", filepath.Join(keys, "minisign.pub"), "-m", filepath.Join(p.signed, "SHA256SUMS"))
}

// TestDesktopFiles: the validators of software centres accept our files.
func TestDesktopFiles(t *testing.T) {
	stage := filepath.Join(packages(t).now, "work", "stage", "usr", "share")
	run(t, nil, "desktop-file-validate", filepath.Join(stage, "applications", "tokentray.desktop"))
	run(t, nil, "appstreamcli", "validate", "--no-net", filepath.Join(stage, "metainfo", "tokentray.metainfo.xml"))
}

// TestTheLayoutOfAMacsApp: the property list is valid and names its files, and the
// program is a Mac program. It cannot be run here.
func TestTheLayoutOfAMacsApp(t *testing.T) {
	app := filepath.Join(packages(t).now, "work", "macos", "TokenTray.app", "Contents")
	list := run(t, nil, "plistutil", "-i", filepath.Join(app, "Info.plist"), "-f", "xml")
	for _, want := range []string{"<key>CFBundleIdentifier</key><string>io.tokentray.TokenTray</string>", "<key>CFBundleExecutable</key><string>tokentray-window</string>", "<string>zh-Hans</string>"} {
		if !strings.Contains(strings.NewReplacer("\n", "", "\t", "").Replace(list), want) {
			t.Errorf("Info.plist has no %s:\n%s", want, list)
		}
	}
	if strings.Contains(list, "@") {
		t.Errorf("a place of the template is not filled:\n%s", list)
	}
	icon, err := os.ReadFile(filepath.Join(app, "Resources", "tokentray.icns"))
	if err != nil || !bytes.HasPrefix(icon, []byte("icns")) {
		t.Errorf("the icon: %v", err)
	}
	program, err := macho.Open(filepath.Join(app, "MacOS", "tokentray"))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if program.Cpu != macho.CpuArm64 {
		t.Errorf("the program is for %v", program.Cpu)
	}
}

// TestWhatStandsBeside: every package has the licences of everything in it and says
// how it was built, without a path of the machine that built it.
func TestWhatStandsBeside(t *testing.T) {
	p := packages(t)
	for _, doc := range []string{
		filepath.Join(p.now, "work", "stage", "usr", "share", "doc", "tokentray"),
		filepath.Join(p.now, "work", "zip", "TokenTray-"+version(t, p.now), "doc"),
		filepath.Join(p.now, "work", "macos", "TokenTray.app", "Contents", "Resources", "doc"),
	} {
		for _, name := range []string{"README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"} {
			if _, err := os.Stat(filepath.Join(doc, name)); err != nil {
				t.Error(err)
			}
		}
		licences, _ := os.ReadFile(filepath.Join(doc, "THIRD-PARTY-LICENCES.txt"))
		build, _ := os.ReadFile(filepath.Join(doc, "BUILD-INFO.txt"))
		for _, want := range []string{"go.etcd.io/bbolt", "fyne.io/fyne/v2", "The Go Authors", "SIL Open Font License"} {
			if !bytes.Contains(licences, []byte(want)) {
				t.Errorf("%s: no licence of %s", doc, want)
			}
		}
		for _, want := range []string{"path\ttokentray/cmd/tokentray\n", "dep\tgo.etcd.io/bbolt\tv"} {
			if !bytes.Contains(build, []byte(want)) {
				t.Errorf("%s: BUILD-INFO.txt does not say %q:\n%s", doc, want, build)
			}
		}
		if own, _ := os.Getwd(); bytes.Contains(build, []byte(filepath.Dir(own))) {
			t.Errorf("%s tells where it was built", doc)
		}
	}
}

// home is a temporary home on Linux, without a desktop.
func home(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "run"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "passphrase"), []byte("correct horse battery staple\n"), 0o600))
	return []string{
		"HOME=" + dir, "XDG_RUNTIME_DIR=" + filepath.Join(dir, "run"), "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=",
		"DISPLAY=", "WAYLAND_DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=", "TOKENTRAY_HOME=", "TOKENTRAY_LANG=en",
		"TOKENTRAY_PASSPHRASE_FILE=" + filepath.Join(dir, "passphrase"),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// begin adds an account with the installed programs.
func begin(t *testing.T, env []string, bin string) {
	t.Helper()
	tokentray := filepath.Join(bin, "tokentray")
	run(t, env, tokentray, "vault", "init")
	cmd := exec.Command(tokentray, "add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--base-url", "http://127.0.0.1:1")
	cmd.Env, cmd.Stdin = append(os.Environ(), env...), strings.NewReader("0123456789abcdef0123456789abcdef\n")
	out, err := cmd.CombinedOutput()
	// The account is kept although its host cannot be reached.
	if list := run(t, env, tokentray, "list"); !strings.Contains(list, "shop") {
		t.Fatalf("add: %v\n%s\nthe list:\n%s", err, out, list)
	}
	run(t, env, tokentray, "stop")
}

// goOn finds the account after an upgrade, with the programs of the new version.
func goOn(t *testing.T, env []string, bin, version string) {
	t.Helper()
	tokentray := filepath.Join(bin, "tokentray")
	commit := version[strings.LastIndex(version, ".")+1:]
	if said := run(t, env, tokentray, "version"); !strings.Contains(said, commit) {
		t.Errorf("version says %q, want commit %s", said, commit)
	}
	if list := run(t, env, tokentray, "list"); !strings.Contains(list, "shop") {
		t.Errorf("the account is gone after the upgrade:\n%s", list)
	}
	run(t, env, tokentray, "stop")
	if said := run(t, env, filepath.Join(bin, "tokentray-mcp"), "--help"); !strings.Contains(said, "tokentray") {
		t.Errorf("tokentray-mcp --help says %q", said)
	}
	if linked := run(t, env, "ldd", filepath.Join(bin, "tokentray-window")); strings.Contains(linked, "not found") {
		t.Errorf("the window lacks libraries:\n%s", linked)
	}
}

// version is the version in the name of a tarball in that folder.
func version(t *testing.T, dir string) string {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(one(t, dir, "-linux-amd64.tar.gz")), "-linux-amd64.tar.gz")
	return strings.TrimPrefix(name, "tokentray-")
}

// manager is how a distribution installs, upgrades and removes packages.
type manager struct {
	end              string // of the package's file name
	prepare          func(t *testing.T, root string)
	install, upgrade func(root, file string) []string
	remove           func(root string) []string
}

// TestPackagesOfLinux installs with dpkg, rpm and pacman into a scratch root.
func TestPackagesOfLinux(t *testing.T) {
	p := packages(t)
	for name, m := range map[string]manager{"deb": deb(), "rpm": rpm(), "arch": arch()} {
		t.Run(name, func(t *testing.T) {
			root, env := t.TempDir(), home(t)
			bin := filepath.Join(root, "usr", "bin")
			m.prepare(t, root)
			before := files(t, root)

			command(t, env, m.install(root, one(t, p.earlier, m.end)))
			begin(t, env, bin)
			command(t, env, m.upgrade(root, one(t, p.now, m.end)))
			goOn(t, env, bin, version(t, p.now))
			for _, want := range []string{
				"usr/share/applications/tokentray.desktop", "usr/share/metainfo/tokentray.metainfo.xml", "usr/share/man/zh_CN/man1/tokentray.1.gz",
				"usr/share/icons/hicolor/scalable/apps/tokentray.svg", "usr/lib/systemd/user/tokentray.service", "usr/share/doc/tokentray/THIRD-PARTY-LICENCES.txt",
			} {
				if _, err := os.Stat(filepath.Join(root, want)); err != nil {
					t.Error(err)
				}
			}
			command(t, env, m.remove(root))
			if after := files(t, root); !slices.Equal(before, after) {
				t.Errorf("left behind: %v", after)
			}
			if list := run(t, env, filepath.Join(p.now, "work", "linux", "tokentray"), "list"); !strings.Contains(list, "shop") {
				t.Errorf("the accounts went with the package:\n%s", list)
			}
			run(t, env, filepath.Join(p.now, "work", "linux", "tokentray"), "stop")
		})
	}
}

func command(t *testing.T, env, args []string) { t.Helper(); run(t, env, args[0], args[1:]...) }

func deb() manager {
	dpkg := func(root string, args ...string) []string {
		return append([]string{"dpkg", "--root=" + root, "--force-depends", "--log=/dev/null"}, args...)
	}
	return manager{
		end: ".deb",
		prepare: func(t *testing.T, root string) {
			for _, dir := range []string{"info", "updates"} {
				must(t, os.MkdirAll(filepath.Join(root, "var", "lib", "dpkg", dir), 0o755))
			}
			must(t, os.WriteFile(filepath.Join(root, "var", "lib", "dpkg", "status"), nil, 0o644))
		},
		install: func(root, file string) []string { return dpkg(root, "-i", file) },
		upgrade: func(root, file string) []string { return dpkg(root, "-i", file) },
		remove:  func(root string) []string { return dpkg(root, "-P", "tokentray") },
	}
}

func rpm() manager {
	db := "/var/lib/rpm"
	call := func(root string, args ...string) []string {
		return append([]string{"rpm", "--root", root, "--dbpath", db, "--nodeps"}, args...)
	}
	return manager{
		end: ".rpm",
		prepare: func(t *testing.T, root string) {
			must(t, os.MkdirAll(filepath.Join(root, db), 0o755))
			run(t, nil, "rpm", "--root", root, "--dbpath", db, "--initdb")
		},
		install: func(root, file string) []string { return call(root, "-i", file) },
		upgrade: func(root, file string) []string { return call(root, "-U", file) },
		remove:  func(root string) []string { return call(root, "-e", "tokentray") },
	}
}

func arch() manager {
	call := func(root string, args ...string) []string {
		return append([]string{
			"pacman", "--root", root, "--dbpath", filepath.Join(root, "var", "lib", "pacman"), "--cachedir", filepath.Join(root, "var", "cache"),
			"--logfile", "/dev/null", "--config", filepath.Join(root, "var", "pacman.conf"), "--noconfirm", "-dd",
		}, args...)
	}
	return manager{
		end: ".pkg.tar.zst",
		prepare: func(t *testing.T, root string) {
			for _, dir := range []string{"lib/pacman", "cache"} {
				must(t, os.MkdirAll(filepath.Join(root, "var", dir), 0o755))
			}
			must(t, os.WriteFile(filepath.Join(root, "var", "pacman.conf"), []byte("[options]\nArchitecture = auto\nSigLevel = Never\nLocalFileSigLevel = Never\n"), 0o644))
		},
		install: func(root, file string) []string { return call(root, "-U", file) },
		upgrade: func(root, file string) []string { return call(root, "-U", file) },
		remove:  func(root string) []string { return call(root, "-R", "tokentray") },
	}
}

// TestTheTarball unpacks it into a home's .local, upgrades it, and removes it by its
// list of files.
func TestTheTarball(t *testing.T) {
	p, env := packages(t), home(t)
	local := filepath.Join(t.TempDir(), ".local")
	must(t, os.Mkdir(local, 0o755))
	unpack := func(dir string) {
		run(t, nil, "tar", "-xf", one(t, dir, ".tar.gz"), "-C", local, "--strip-components=1")
	}
	unpack(p.earlier)
	begin(t, env, filepath.Join(local, "bin"))
	unpack(p.now)
	goOn(t, env, filepath.Join(local, "bin"), version(t, p.now))
	unit, err := os.ReadFile(filepath.Join(local, "lib", "systemd", "user", "tokentray.service"))
	if err != nil || !bytes.Contains(unit, []byte("ExecStart=%h/.local/bin/tokentray ")) {
		t.Errorf("the unit: %v\n%s", err, unit)
	}
}

// TestAFullDisk: dpkg cannot write the new version, and the old one still works.
func TestAFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("only root can mount the small disk of this test")
	}
	p, m := packages(t), deb()
	env, root := home(t), t.TempDir()
	now, earlier := one(t, p.now, m.end), one(t, p.earlier, m.end)
	script := fmt.Sprintf(`set -e
mount -t tmpfs -o mode=755,size=160m none %[1]s
mkdir -p %[1]s/var/lib/dpkg/info %[1]s/var/lib/dpkg/updates && : >%[1]s/var/lib/dpkg/status
%[2]s
dd if=/dev/zero of=%[1]s/ballast bs=1M count=$(($(df -m --output=avail %[1]s | tail -n1) - 40)) 2>/dev/null
if %[3]s; then echo it fitted; exit 1; fi
%[1]s/usr/bin/tokentray version
rm %[1]s/ballast
%[3]s
%[1]s/usr/bin/tokentray version
`, root, strings.Join(m.install(root, earlier), " "), strings.Join(m.upgrade(root, now), " "))
	out := run(t, env, "unshare", "-m", "--propagation", "private", "sh", "-c", script)
	for _, dir := range []string{p.earlier, p.now} {
		v := version(t, dir)
		if commit := v[strings.LastIndex(v, ".")+1:]; !strings.Contains(out, commit) {
			t.Errorf("commit %s did not run:\n%s", commit, out)
		}
	}
}
