package autostart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"tokentray/core/durable"
)

// label names the launch agent, and its file.
const label = "io.tokentray.TokenTray"

// launchAgent keeps the entry as a property list that launchd of macOS reads at
// login (man launchd.plist). What launchctl disable stores is not in the file and is
// ignored.
type launchAgent struct {
	dir string
}

func (l *launchAgent) file() string { return filepath.Join(l.dir, label+".plist") }

func (l *launchAgent) enabled() (bool, error) {
	raw, err := os.ReadFile(l.file())
	if err != nil {
		return false, missing(err)
	}
	p, err := parsePlist(raw)
	if err != nil {
		return false, err
	}
	return p.runAtLoad && !p.disabled && executable(p.program), nil
}

func (l *launchAgent) write(command []string) error {
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	return durable.Write(l.file(), func(w io.Writer) error {
		_, err := w.Write(plist(command))
		return err
	})
}

func (l *launchAgent) remove() error { return missing(os.Remove(l.file())) }

// plist is the property list. Interactive keeps macOS from slowing the agent's
// timers down.
func plist(command []string) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	b.WriteString("<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t<string>" + label + "</string>\n\t<key>ProgramArguments</key>\n\t<array>\n")
	for _, word := range command {
		b.WriteString("\t\t<string>")
		_ = xml.EscapeText(&b, []byte(word)) // a buffer takes everything
		b.WriteString("</string>\n")
	}
	b.WriteString("\t</array>\n\t<key>RunAtLoad</key>\n\t<true/>\n\t<key>LimitLoadToSessionType</key>\n\t<string>Aqua</string>\n" +
		"\t<key>ProcessType</key>\n\t<string>Interactive</string>\n</dict>\n</plist>\n")
	return b.Bytes()
}

// agentEntry is what we need of a property list.
type agentEntry struct {
	program             string
	runAtLoad, disabled bool
}

// parsePlist reads a property list in XML, which is a list of keys, each
// followed by its value.
func parsePlist(raw []byte) (agentEntry, error) {
	var out agentEntry
	dec := xml.NewDecoder(bytes.NewReader(raw))
	key, found := "", false
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) && found {
			return out, nil
		}
		if err != nil {
			return out, errors.New("the launch agent's file is no property list in XML; remove it")
		}
		t, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		found = found || t.Name.Local == "plist"
		text := ""
		if t.Name.Local == "key" || t.Name.Local == "string" {
			if dec.DecodeElement(&text, &t) != nil {
				continue // the next token tells
			}
		}
		switch {
		case t.Name.Local == "key":
			key = strings.TrimSpace(text)
		case key == "RunAtLoad":
			out.runAtLoad, key = t.Name.Local == "true", ""
		case key == "Disabled":
			out.disabled, key = t.Name.Local == "true", ""
		case (key == "ProgramArguments" || key == "Program") && t.Name.Local == "string":
			out.program, key = text, "" // the first of the words
		}
	}
}
