package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tokentray/core/collection"
	"tokentray/core/durable"
)

// maxThere bounds what is read of a file that is there, in bytes.
const maxThere = 16 << 20

// checkTargets refuses to overwrite existing files: without force any that differs,
// with it those in which people keep other things.
func checkTargets(folder string, files []collection.File, force bool) error {
	var there, shared []string
	for _, f := range files {
		old, _, err := durable.Read(target(folder, f), maxThere)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return noOut(fmt.Errorf("look at %s: %w", f.Path, cause(err)))
		case bytes.Equal(old, f.Data):
			continue
		case f.Shared && !f.Secret:
			continue // it is left as it is
		case f.Shared && !onlyKey(old):
			shared = append(shared, f.Path)
		case !force:
			there = append(there, f.Path)
		}
	}
	switch {
	case len(shared) > 0:
		return usage("export.shared", "files", strings.Join(shared, ", "))
	case len(there) > 0:
		return usage("export.exists", "files", strings.Join(there, ", "))
	}
	return nil
}

// onlyKey reports whether a .env file holds nothing but a client key of ours.
func onlyKey(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, collection.KeyVariable+"=") {
			return false
		}
	}
	return true
}

// writeFiles writes the files, secret ones readable by their owner alone.
func writeFiles(folder string, files []collection.File) error {
	for _, f := range files {
		path := target(folder, f)
		old, _, err := durable.Read(path, maxThere)
		if err == nil && f.Shared && !f.Secret {
			continue
		}
		if err == nil && bytes.Equal(old, f.Data) && !f.Secret {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return noOut(fmt.Errorf("make the folder for %s: %w", f.Path, cause(err)))
		}
		if err := writeFile(path, f); err != nil {
			return noOut(fmt.Errorf("write %s: %w", f.Path, cause(err)))
		}
	}
	return nil
}

// writeFile writes one file. One that is to be shared gets the permissions that the
// person's files usually have.
func writeFile(path string, f collection.File) error {
	if !f.Secret && !f.Private {
		return os.WriteFile(path, f.Data, 0o644)
	}
	return durable.Write(path, func(w io.Writer) error {
		_, err := w.Write(f.Data)
		return err
	})
}

// ignoreLines are the lines that the person's own .gitignore lacks.
func ignoreLines(folder string, files []collection.File) []string {
	var out []string
	for _, f := range files {
		if !f.Shared || f.Secret {
			continue
		}
		there, _, _ := durable.Read(target(folder, f), maxThere) // it was just written, or looked at
		lines := strings.Fields(string(there))
		for _, want := range strings.Fields(string(f.Data)) {
			if !slices.Contains(lines, want) {
				out = append(out, want)
			}
		}
	}
	return out
}

func target(folder string, f collection.File) string {
	return filepath.Join(folder, filepath.FromSlash(f.Path))
}
