package autostart

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tokentray/core/durable"
)

// entryName is the file's name in an autostart folder. The user's file takes
// precedence over one of the same name in the system's folders.
const entryName = "tokentray.desktop"

// xdg keeps the entry as the Desktop Application Autostart Specification of
// freedesktop.org says: a file in the format of the Desktop Entry Specification.
type xdg struct {
	dir     string   // the user's
	system  []string // the most important first
	path    []string // where programs are looked for
	desktop []string // names of the current desktop; empty: not known
}

// maxEntry bounds what is read of an entry, in bytes.
const maxEntry = 1 << 20

// enabled reads the first file that exists. Hidden means deleted by the user; a
// TryExec that names no program keeps the entry from starting; the settings of GNOME
// and others switch an entry off with a key of their own.
func (x *xdg) enabled() (bool, error) {
	for _, dir := range append([]string{x.dir}, x.system...) {
		raw, _, err := durable.Read(filepath.Join(dir, entryName), maxEntry)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return false, err
		}
		return x.starts(parseEntry(string(raw))), nil
	}
	return false, nil
}

// starts reports whether a desktop starts the entry at login.
func (x *xdg) starts(e map[string]string) bool {
	if e["Exec"] == "" || e["Hidden"] == "true" || e["X-GNOME-Autostart-enabled"] == "false" {
		return false
	}
	if try := e["TryExec"]; try != "" && !x.runs(try) {
		return false
	}
	if len(x.desktop) == 0 {
		return true
	}
	here := func(list string) bool {
		return slices.ContainsFunc(strings.Split(list, ";"), func(d string) bool { return d != "" && slices.Contains(x.desktop, d) })
	}
	if only, ok := e["OnlyShowIn"]; ok && !here(only) {
		return false
	}
	return !here(e["NotShowIn"])
}

// runs reports whether TryExec names a program.
func (x *xdg) runs(program string) bool {
	if filepath.IsAbs(program) {
		return executable(program)
	}
	return slices.ContainsFunc(x.path, func(dir string) bool { return executable(filepath.Join(dir, program)) })
}

func (x *xdg) write(command []string) error {
	line, err := execLine(command)
	if err != nil {
		return err
	}
	return x.put("Type=Application\nName=TokenTray\n" +
		"Comment=Keeps access tokens at hand\nComment[zh_CN]=随手取用 access_token\n" +
		"Exec=" + line + "\nTryExec=" + escapeValue(command[0]) + "\n" +
		"Icon=tokentray\nTerminal=false\nStartupNotify=false\nX-GNOME-Autostart-enabled=true\n")
}

// remove removes the user's file. If the system has one too, which would count then,
// it writes a hidden one instead, which switches both off.
func (x *xdg) remove() error {
	above := xdg{system: x.system, path: x.path, desktop: x.desktop}
	if on, err := above.enabled(); on || err != nil {
		return x.put("Type=Application\nName=TokenTray\nHidden=true\n")
	}
	return missing(os.Remove(filepath.Join(x.dir, entryName)))
}

func (x *xdg) put(body string) error {
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return err
	}
	return durable.Write(filepath.Join(x.dir, entryName), func(w io.Writer) error {
		_, err := io.WriteString(w, "[Desktop Entry]\n"+body)
		return err
	})
}

// parseEntry reads the keys of the group Desktop Entry. The first value of a key
// counts.
func parseEntry(raw string) map[string]string {
	out := map[string]string{}
	inside := false
	for line := range strings.Lines(raw) {
		line = strings.Trim(line, blanks)
		if strings.HasPrefix(line, "[") {
			inside = line == "[Desktop Entry]"
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !inside || !ok || strings.HasPrefix(line, "#") {
			continue
		}
		key = strings.Trim(key, blanks)
		if _, twice := out[key]; !twice {
			out[key] = unescapeValue(strings.Trim(value, blanks))
		}
	}
	return out
}

// blanks may surround a line and an equals sign. Other spaces of Unicode belong to a
// value: a path may begin with one.
const blanks = " \t\r\n"

// execLine writes a command for the key Exec: each word quoted if necessary, percent
// signs doubled, and the whole escaped as any value.
func execLine(command []string) (string, error) {
	var words []string
	for i, word := range command {
		if strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f }) || i == 0 && strings.Contains(word, "=") {
			return "", fmt.Errorf("the path %q cannot stand in a desktop entry; move the program", word)
		}
		if word == "" || strings.ContainsAny(word, " \"'\\><~|&;$*?#()`") {
			word = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(word) + `"`
		}
		words = append(words, strings.ReplaceAll(word, "%", "%%"))
	}
	return escapeValue(strings.Join(words, " ")), nil
}

// escapeValue writes a value of type string.
func escapeValue(s string) string { return strings.ReplaceAll(s, `\`, `\\`) }

func unescapeValue(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(s)
}
