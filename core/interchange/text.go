package interchange

import (
	"bytes"
	"unicode/utf8"
)

// Limits of a file. They are far beyond what is real and keep what is hostile
// small: 10,000 accounts fit in each format.
const (
	MaxFile     = 16 << 20 // bytes
	MaxYAML     = 4 << 20  // bytes; a YAML tree takes some fifty times its text
	MaxAccounts = 20_000
	maxDepth    = 32
	maxNodes    = 2_000_000 // of a tree, aliases counted as what they stand for
)

// prepare returns the text of a file: UTF-8 without a byte order mark and with
// line ends of one byte. What is no such text is refused and never converted by
// guess: a converted secret would be another one.
func prepare(data []byte) ([]byte, error) {
	switch {
	case len(data) > MaxFile:
		return nil, Faults{{Code: FaultBig, Other: MaxFile >> 20}}
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, one(FaultUTF16, 0)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, one(FaultEmpty, 0)
	}
	if elsewhere(data) {
		return nil, one(FaultEncrypted, 0)
	}
	line := 1
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			if looksBinary(data) {
				return nil, one(FaultBinary, 0)
			}
			return nil, one(FaultUTF8, line)
		case r == 0:
			if utf16Text(data) {
				return nil, one(FaultUTF16, 0)
			}
			return nil, one(FaultBinary, 0)
		case r == '\n':
			line++
		}
		rest = rest[size:]
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return data, nil
}

// elsewhere reports whether a file is encrypted as a whole, or stands for one that
// is kept elsewhere: git-crypt, transcrypt, Ansible's vault, PGP, Git LFS.
func elsewhere(data []byte) bool {
	for _, head := range []string{"\x00GITCRYPT\x00", "Salted__", "U2FsdGVkX1", "$ANSIBLE_VAULT;", "-----BEGIN PGP MESSAGE-----", "version https://git-lfs.github.com/"} {
		if bytes.HasPrefix(data, []byte(head)) {
			return true
		}
	}
	return false
}

// looksBinary reports whether control characters that no text has are near the
// beginning.
func looksBinary(data []byte) bool {
	for _, b := range data[:min(len(data), 4096)] {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			return true
		}
	}
	return false
}

// utf16Text reports whether every other byte of the beginning is zero, as in
// UTF-16 without a byte order mark.
func utf16Text(data []byte) bool {
	var zeros [2]int
	head := data[:min(len(data), 512)]
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	return max(zeros[0], zeros[1])*4 > len(head) && min(zeros[0], zeros[1]) == 0
}
