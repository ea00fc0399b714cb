package interchange

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	unicodes "golang.org/x/text/encoding/unicode"

	"tokentray/core/filefault"
)

// Limits of a file. They are far beyond real files and keep hostile ones small:
// 10,000 accounts fit in each format.
const (
	MaxFile     = 16 << 20 // bytes
	MaxYAML     = 4 << 20  // bytes; a YAML tree takes some fifty times its text
	MaxAccounts = 20_000
	maxDepth    = 32
	maxNodes    = 2_000_000 // of a tree; aliases count as what they stand for
)

// prepare returns the text of a file: UTF-8 without a byte order mark and with line
// ends of one byte. UTF-16 is converted, as spreadsheets and PowerShell write it, and
// so is GB18030, which they write on Chinese Windows: then converted is true. A value
// of ASCII letters is the same in UTF-8 and GB18030. Anything else is refused.
func prepare(data []byte) (text []byte, converted bool, err error) {
	switch {
	case len(data) > MaxFile:
		return nil, false, Faults{{Code: filefault.Big, Other: MaxFile >> 20}}
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), utf16Text(data):
		if data = fromUTF16(data); data == nil {
			return nil, false, one(filefault.UTF16, 0)
		}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, false, one(filefault.Empty, 0)
	}
	if elsewhere(data) {
		return nil, false, one(filefault.Encrypted, 0)
	}
	if isSheet(data) {
		return nil, false, one(filefault.Sheet, 0)
	}
	line := 1
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size == 1:
			if looksBinary(data) {
				return nil, false, one(filefault.Binary, 0)
			}
			text, ok := fromGB18030(data)
			if !ok {
				return nil, false, one(filefault.UTF8, line)
			}
			return oneByteEnds(text), true, nil
		case r == 0:
			return nil, false, one(filefault.Binary, 0)
		case r == '\n':
			line++
		}
		rest = rest[size:]
	}
	return oneByteEnds(data), false, nil
}

// oneByteEnds is a text whose lines end with one byte: from Windows, or from what ends
// them by a carriage return alone, as some spreadsheets on a Mac do.
func oneByteEnds(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	if bytes.IndexByte(text, '\n') < 0 {
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text
}

// fromUTF16 converts a text in UTF-16 of either byte order; nil: it is none.
func fromUTF16(data []byte) []byte {
	order := unicodes.LittleEndian
	if len(data) > 1 && data[0] == 0 { // no mark, and the first character is one of ASCII
		order = unicodes.BigEndian
	}
	text, err := unicodes.UTF16(order, unicodes.UseBOM).NewDecoder().Bytes(data)
	if err != nil || len(data)%2 > 0 || bytes.ContainsRune(text, utf8.RuneError) {
		return nil
	}
	return text
}

// fromGB18030 converts a text in GB18030, the superset of GBK and GB 2312; false: it
// is none, or has no Chinese in it.
func fromGB18030(data []byte) ([]byte, bool) {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) || bytes.IndexByte(text, 0) >= 0 {
		return nil, false
	}
	return text, bytes.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// elsewhere reports whether a file is encrypted as a whole, or refers to one that is
// kept elsewhere: git-crypt, transcrypt, Ansible's vault, PGP, Git LFS.
func elsewhere(data []byte) bool {
	for _, head := range []string{"\x00GITCRYPT\x00", "Salted__", "U2FsdGVkX1", "$ANSIBLE_VAULT;", "-----BEGIN PGP MESSAGE-----", "version https://git-lfs.github.com/"} {
		if bytes.HasPrefix(data, []byte(head)) {
			return true
		}
	}
	return false
}

// isSheet reports whether a file is one that spreadsheets save: a zip archive or, of
// older ones, a compound file.
func isSheet(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// looksBinary reports whether the beginning has control characters that no text has.
func looksBinary(data []byte) bool {
	for _, b := range data[:min(len(data), 4096)] {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			return true
		}
	}
	return false
}

// utf16Text reports whether every other byte at the beginning is zero, as in UTF-16
// without a byte order mark.
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
