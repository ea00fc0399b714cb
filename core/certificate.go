package core

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"
	"unicode"
)

// MaxCA is how long the certificates of an account may be, in bytes of PEM: a chain
// of several.
const MaxCA = 16 << 10

const pemCertificate = "CERTIFICATE"

// CleanCA writes certificates in one form: the PEM blocks without the text that
// tools print around them. A text that holds no certificates is left for Check to
// refuse.
func CleanCA(text string) string {
	blocks, problem := certificates(text)
	if problem != "" {
		return strings.TrimSpace(text)
	}
	var out bytes.Buffer
	for _, b := range blocks {
		_ = pem.Encode(&out, &pem.Block{Type: pemCertificate, Bytes: b}) // a buffer takes everything
	}
	return strings.TrimSpace(out.String())
}

// certificates are the blocks of a text in PEM, or the key of the problem with it.
func certificates(text string) (blocks [][]byte, problem string) {
	if len(text) > MaxCA {
		return nil, ProblemCALong
	}
	for rest := []byte(text); ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		switch {
		case block == nil && len(blocks) == 0:
			return nil, ProblemCA
		case block == nil:
			return blocks, ""
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil, ProblemCAKey
		case block.Type != pemCertificate:
			return nil, ProblemCA
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return nil, ProblemCA
		}
		blocks = append(blocks, block.Bytes)
	}
}

// checkCA says what is wrong with the certificates of an account.
func checkCA(text string) string {
	if text == "" {
		return ""
	}
	_, problem := certificates(text)
	return problem
}

// CAMark tells one account's certificates from another's: 32 hexadecimal digits of
// their SHA-256, empty for none.
func CAMark(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(CleanCA(text)))
	return hex.EncodeToString(sum[:16])
}

// longestCAName is how many characters the name of a certificate may have (X.520).
const longestCAName = 64

// CAName is what people see of certificates: the name of the first, in characters that
// can be seen, how many follow, and the start of the mark.
func CAName(text string) string {
	if text == "" {
		return ""
	}
	mark := shortMark(CAMark(text))
	blocks, problem := certificates(text)
	if problem != "" {
		return mark
	}
	first, _ := x509.ParseCertificate(blocks[0]) // certificates has read it
	name := cmp.Or(first.Subject.CommonName, strings.Join(first.Subject.Organization, " "), first.Subject.String())
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, name)
	if all := []rune(name); len(all) > longestCAName {
		name = string(all[:longestCAName-1]) + "…"
	}
	if more := len(blocks) - 1; more > 0 {
		return fmt.Sprintf("%s +%d (%s)", name, more, mark)
	}
	return strings.TrimSpace(name + " (" + mark + ")")
}

// shortMark is the length of the part of a mark that people compare.
func shortMark(mark string) string { return mark[:min(len(mark), 16)] }
