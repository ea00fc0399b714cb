package call

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
)

// Shorter values are no secrets: masking them would tear every answer to pieces.
const (
	shortSecret   = 4
	shortSpelling = 8 // of a secret in hexadecimal or base64
)

// maskByte replaces every byte that is hidden.
const maskByte = '*'

// Mask hides secrets in a stream, byte for byte: as they are, in upper and lower
// case, with any of their characters encoded as in a URL or escaped as in JSON, also
// twice, or as in HTML; in hexadecimal and base64, in UTF-16 and UTF-32. It is safe for
// concurrent use.
type Mask struct {
	values [][]byte        // with any of their characters encoded
	firm   [][]byte        // as they are
	begins [256]bool       // bytes that a hidden place can begin with
	pairs  [1 << 10]uint64 // the same of two bytes that are not encoded, a bit each
}

// NewMask returns the mask of some secrets. Empty and very short ones are left out.
func NewMask(secrets ...string) *Mask {
	m := &Mask{}
	for _, s := range secrets {
		if len(s) < shortSecret {
			continue
		}
		for _, form := range []string{s, strings.ToLower(s), strings.ToUpper(s)} {
			m.add(&m.values, form)
			for _, gap := range []string{"\x00", "\x00\x00\x00"} { // of UTF-16 and UTF-32
				m.add(&m.firm, strings.Join(strings.Split(form, ""), gap))
			}
		}
		for _, form := range append(core.Spellings(s), strings.ToUpper(hex.EncodeToString([]byte(s)))) {
			if len(form) >= shortSpelling {
				m.add(&m.firm, form)
			}
		}
	}
	if len(m.values) > 0 {
		m.begins['%'], m.begins['\\'], m.begins['&'] = true, true, true
	}
	return m
}

func (m *Mask) add(to *[][]byte, form string) {
	value := []byte(form)
	if !slices.ContainsFunc(*to, func(v []byte) bool { return bytes.Equal(v, value) }) {
		*to = append(*to, value)
		m.begins[value[0]] = true
		word, bit := pair(value)
		m.pairs[word] |= bit
	}
}

// pair is the index in Mask.pairs of the first two bytes of b.
func pair(b []byte) (word int, bit uint64) {
	return int(b[0])<<2 | int(b[1]>>6), 1 << (b[1] & 63)
}

// Text hides the secrets in a whole text.
func (m *Mask) Text(text string) string {
	b := []byte(text)
	m.hide(b, true)
	return string(b)
}

// hide hides the secrets in b and returns how much of b is done. The rest may be the
// start of a secret whose end is to come; at the end of the stream there is no rest.
func (m *Mask) hide(b []byte, end bool) int {
	for i := 0; i < len(b); {
		if !m.begins[b[i]] {
			i++
			continue
		}
		n, more := m.at(b[i:], end)
		switch {
		case n > 0:
			for j := range n {
				b[i+j] = maskByte
			}
			i += n
		case more:
			return i
		default:
			i++
		}
	}
	return len(b)
}

// at is the length of the longest secret at the start of b, 0 for none. more says
// that b ends too early to know.
func (m *Mask) at(b []byte, end bool) (n int, more bool) {
	if len(b) > 1 && !escape(b[0]) && !escape(b[1]) {
		if word, bit := pair(b); m.pairs[word]&bit == 0 {
			return 0, false
		}
	}
	see := func(length int, short bool) {
		n = max(n, length)
		more = more || short && !end
	}
	for _, v := range m.firm {
		see(literal(b, v))
	}
	for _, v := range m.values {
		see(literal(b, v))
		see(encoded(b, v))
	}
	return n, more && n == 0
}

// escape reports whether a byte begins the encoding of a character.
func escape(c byte) bool { return c == '%' || c == '\\' || c == '&' }

// literal is the length of value if b begins with it; short says that b ends before.
func literal(b, value []byte) (n int, short bool) {
	if len(b) >= len(value) {
		if bytes.Equal(b[:len(value)], value) {
			return len(value), false
		}
		return 0, false
	}
	return 0, bytes.Equal(b, value[:len(b)])
}

// encoded is literal for a value of which any character may be encoded.
func encoded(b, value []byte) (n int, short bool) {
	for _, want := range value {
		size, ends := character(b[n:], want)
		if size == 0 {
			return 0, ends
		}
		n += size
	}
	return n, false
}

// maxSlashes bounds how deeply JSON can be nested in JSON strings: each level
// doubles a backslash.
const maxSlashes = 16

// character is how many bytes at the start of b are the character want, encoded or
// not; 0 for none. short says that b ends too early to know.
func character(b []byte, want byte) (size int, short bool) {
	if len(b) == 0 {
		return 0, true
	}
	switch b[0] {
	case '%':
		size, short = percent(b, want)
	case '\\':
		size, short = escaped(b, want)
	case '&':
		size, short = entity(b, want)
	}
	if size == 0 && b[0] == want && !short {
		return 1, false
	}
	return size, short
}

// percent reads %XX, and %25XX, %2525XX and so on.
func percent(b []byte, want byte) (size int, short bool) {
	at := 1
	for {
		if len(b) < at+2 {
			return 0, len(b) == at || isHex(b[at])
		}
		value, ok := hexByte(b[at], b[at+1])
		switch {
		case !ok:
			return 0, false
		case value == want && want != '%':
			return at + 2, false
		case value != '%':
			return 0, false
		case want == '%' && (len(b) < at+4 || !isHex(b[at+2]) || !isHex(b[at+3])):
			return at + 2, false
		case at > 2*maxDepth:
			return 0, false
		}
		at += 2
	}
}

// escaped reads \uXXXX, \/, \" and \\, with any number of backslashes.
func escaped(b []byte, want byte) (size int, short bool) {
	slashes := 0
	for slashes < len(b) && b[slashes] == '\\' && slashes < maxSlashes {
		slashes++
	}
	rest := b[slashes:]
	switch {
	case len(rest) == 0:
		return 0, slashes < maxSlashes
	case want == '\\' && slashes > 1:
		return 2, false
	case rest[0] == want && (want == '/' || want == '"'):
		return slashes + 1, false
	case rest[0] != 'u':
		return 0, false
	}
	for i := 1; i <= 4; i++ {
		if len(rest) == i {
			return 0, true
		}
		if !isHex(rest[i]) {
			return 0, false
		}
	}
	high, _ := hexByte(rest[1], rest[2])
	low, _ := hexByte(rest[3], rest[4])
	if high != 0 || low != want {
		return 0, false
	}
	return slashes + 5, false
}

// maxEntity is how long an entity of HTML is looked at: leading zeros have no limit.
const maxEntity = 12

// entity reads &#NN;, &#xHH; and the names of the characters that HTML must escape.
func entity(b []byte, want byte) (size int, short bool) {
	end := bytes.IndexByte(b[:min(len(b), maxEntity)], ';')
	if end < 0 {
		return 0, len(b) < maxEntity
	}
	name := string(b[1:end])
	number, numeric := strings.CutPrefix(name, "#")
	if !numeric {
		if name == entityName(want) {
			return end + 1, false
		}
		return 0, false
	}
	base := 10
	if len(number) > 0 && (number[0] == 'x' || number[0] == 'X') {
		base, number = 16, number[1:]
	}
	if value, err := strconv.ParseUint(number, base, 8); err != nil || byte(value) != want {
		return 0, false
	}
	return end + 1, false
}

// entityName is the name of a character in HTML, "-" for one that nobody writes by name.
func entityName(c byte) string {
	switch c {
	case '&':
		return "amp"
	case '<':
		return "lt"
	case '>':
		return "gt"
	case '"':
		return "quot"
	case '\'':
		return "apos"
	case '+':
		return "plus"
	case '=':
		return "equals"
	case '/':
		return "sol"
	}
	return "-"
}

func isHex(c byte) bool { return hexValue(c) < 16 }

func hexValue(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

func hexByte(high, low byte) (byte, bool) {
	h, l := hexValue(high), hexValue(low)
	return h<<4 | l&15, h < 16 && l < 16
}
