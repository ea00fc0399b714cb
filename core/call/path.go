package call

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Limits of a path: bytes, and how often one can be encoded.
const (
	maxPath  = 2048
	maxDepth = 5
)

// pathChar reports whether a character can stand in a path as it is, see RFC 3986
// section 3.3; a semicolon parts parameters from a path, and cannot.
func pathChar(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	}
	return strings.ContainsRune("-._~!$&'()*+,=:@/%", r)
}

// Path is the path of a call.
type Path struct {
	raw   string // as sent
	plain string // with every encoding decoded
	// parts is plain with another character for the slashes that were encoded: for a
	// server they are within a segment, or they part segments.
	parts string
}

// within stands for an encoded slash in Path.parts. No path holds it.
const within = "\x00"

// String is the path with every encoding decoded, for comparing and logging.
func (p Path) String() string { return p.plain }

// ParsePath reads a path as in a request, without its query. Servers differ in what
// they decode, and how often. So each stage of decoding must be plain: no empty or
// dotted segment, no backslash, no parameter, no control character. A path that some
// server could read as another one is refused.
func ParsePath(raw string) (Path, error) {
	switch {
	case !strings.HasPrefix(raw, "/"):
		return Path{}, badPath("must begin with a slash; leave scheme and host out")
	case len(raw) > maxPath:
		return Path{}, badPath("is too long; shorten it")
	case strings.ContainsFunc(raw, func(r rune) bool { return !pathChar(r) }):
		return Path{}, badPath("has characters that must be written as %XX; encode them")
	}
	stage := raw
	for range maxDepth {
		if err := plainPath(stage); err != nil {
			return Path{}, err
		}
		if wide := norm.NFKC.String(stage); wide != stage { // full-width dots and slashes
			if err := plainPath(wide); err != nil {
				return Path{}, err
			}
		}
		next, err := url.PathUnescape(stage)
		switch {
		case err != nil && stage == raw:
			return Path{}, badPath("has a percent sign that begins no %XX; write it as %25")
		case err != nil || next == stage:
			return Path{raw, stage, partsOf(raw, stage)}, nil
		}
		stage = next
	}
	return Path{}, badPath("is encoded too many times; write it plainly")
}

// partsOf is Path.parts of a path as sent and decoded.
func partsOf(raw, plain string) string {
	if strings.Count(raw, "/") == strings.Count(plain, "/") {
		return plain
	}
	segments := strings.Split(raw, "/")
	for i, s := range segments {
		for range maxDepth {
			next, err := url.PathUnescape(s)
			if err != nil || next == s {
				break
			}
			s = next
		}
		segments[i] = strings.ReplaceAll(s, "/", within)
	}
	return strings.Join(segments, "/")
}

// all reports whether something holds for the path, however a server reads it.
func (p Path) all(holds func(path string) bool) bool {
	return holds(p.plain) && (p.parts == p.plain || holds(p.parts))
}

// plainPath says why one stage of a path's decoding is not plain.
func plainPath(path string) error {
	switch {
	case !utf8.ValidString(path):
		return badPath("is no UTF-8; correct it")
	case strings.ContainsFunc(path, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }):
		return badPath("holds blanks or control characters; leave them out")
	case strings.ContainsAny(path, `\;?#`):
		return badPath(`holds a backslash, ; ? or #; leave them out, and give a query after one ?`)
	case strings.Contains(path, "//"):
		return badPath("has two slashes in a row; write one")
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return badPath("has a segment of dots; write the path in full")
		}
	}
	return nil
}

func badPath(why string) *core.Error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "the path of the call " + why}
}

// closedBy reports whether the path is among a kind's closed calls, in any way in which a
// server may read it. Servers may ignore case, and the end of a path.
func (p Path) closedBy(spec kinds.Spec, method string) bool {
	return !p.all(func(path string) bool { return !closes(spec, method, sameness(path)) })
}

// closes reports whether a kind closes a call. key is the sameness of its path.
func closes(spec kinds.Spec, method, key string) bool {
	return slices.ContainsFunc(spec.Closed, func(c kinds.Pattern) bool {
		return (c.Method == "" || c.Method == method) && (kinds.Pattern{Path: sameness(c.Path)}).Fits(method, key)
	})
}

// sameness is equal for paths that some server treats as the same.
func sameness(path string) string {
	if isASCII(path) { // as nearly all are; the same as below
		return strings.TrimRight(strings.ToLower(path), "/.")
	}
	path = strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return unicode.ToLower(least)
	}, norm.NFKC.String(path))
	return strings.TrimRight(path, "/.")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
