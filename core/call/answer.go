package call

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// maxLook is how much of an answer is searched for its code. Answers that report a
// failure are short.
const maxLook = 64 << 10

// told is what an answer says about itself.
type told struct {
	dead    bool
	code    int    // errcode, or the kind's name for it; 0: none
	message string // the upstream's; not to be shown
}

// decoded is an answer's body, decompressed. Upstream was asked not to compress; a
// body that cannot be read cannot be searched, and is refused.
func decoded(resp *http.Response) (body io.ReadCloser, length int64, err error) {
	length = resp.ContentLength
	encoding := strings.ToLower(strings.TrimSpace(strings.Join(resp.Header["Content-Encoding"], ",")))
	if encoding == "" || encoding == "identity" || length == 0 {
		return resp.Body, length, nil
	}
	in := bufio.NewReader(resp.Body)
	if _, err := in.Peek(1); errors.Is(err, io.EOF) { // as to HEAD
		return resp.Body, 0, nil
	}
	var out io.Reader
	switch encoding {
	case "gzip", "x-gzip":
		out, err = gzip.NewReader(in)
	case "deflate": // zlib by the standard, and bare by some servers
		if head, peeked := in.Peek(2); peeked == nil && head[0]&15 == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			out, err = zlib.NewReader(in)
		} else {
			out = flate.NewReader(in)
		}
	default:
		return nil, 0, upstream.OddAnswer("an answer in an encoding that was not asked for")
	}
	if err != nil {
		return nil, 0, upstream.OddAnswer("a compressed answer that cannot be read")
	}
	return readCloser{out, resp.Body}, -1, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// look reads what an answer says of itself from the beginning of its body, and
// returns the body as if nobody had read of it. all is the body where it was read to
// its end, and then belongs to the caller. It reads nothing of a stream, whose next
// piece may be long in coming.
func look(spec kinds.Spec, status int, body io.ReadCloser, length int64, stream bool) (t told, all []byte, rest io.ReadCloser) {
	in := bufio.NewReaderSize(body, 512) // what is read in larger pieces passes it by
	for _, a := range spec.Dead {
		t.dead = t.dead || a.Field == "" && a.Status == status
	}
	if stream || !beginsObject(in) {
		return t, nil, readCloser{in, body}
	}
	head, err := beginning(in, length)
	if err != nil || len(head) > maxLook {
		return t, nil, readCloser{io.MultiReader(bytes.NewReader(head), failing{in, err}), body}
	}
	var object map[string]json.RawMessage
	if (status >= 300 || tells(spec, head)) && json.Unmarshal(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), &object) == nil {
		t.read(spec, status, object)
	}
	return t, head, body
}

// beginning reads what is looked at of a body of a length, -1 for one that is not
// known, and a byte more where there is more.
func beginning(in io.Reader, length int64) ([]byte, error) {
	if length < 0 || length > maxLook {
		return io.ReadAll(io.LimitReader(in, maxLook+1))
	}
	head := make([]byte, length)
	n, err := io.ReadFull(in, head)
	return head[:n], err
}

// isStream reports whether an answer of a type is a row of pieces, each of which is of use.
func isStream(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/json-seq", "application/stream+json":
		return true
	}
	return false
}

// tells reports whether an object can have a member that says how the call went. Most
// answers have none, and need not be taken apart.
func tells(spec kinds.Spec, object []byte) bool {
	if bytes.Contains(object, []byte(`\u`)) { // of which a name can be made
		return true
	}
	return slices.ContainsFunc(spec.CodeNames(), func(name string) bool {
		outer, _, _ := strings.Cut(name, ".")
		return bytes.Contains(object, []byte(outer))
	})
}

// beginsObject reports whether the text begins like a JSON object.
func beginsObject(in *bufio.Reader) bool {
	const before = "\xef\xbb\xbf \t\r\n" // a byte order mark, blanks
	for n := 1; n <= 16; n++ {
		head, _ := in.Peek(n)
		if len(head) < n {
			return false
		}
		if c := head[n-1]; strings.IndexByte(before, c) < 0 {
			return c == '{'
		}
	}
	return false
}

// failing is a reader after it failed.
type failing struct {
	io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.Reader.Read(p)
}

// read notes what the members of an answer's object say.
func (t *told) read(spec kinds.Spec, status int, object map[string]json.RawMessage) {
	for _, a := range spec.Dead {
		if a.Field != "" && (a.Status == 0 || a.Status == status) && slices.Contains(a.Values, text(object, a.Field)) {
			t.dead = true
		}
	}
	for _, name := range spec.CodeNames() {
		value := text(object, name)
		if code, err := strconv.Atoi(value); err == nil && int64(int32(code)) == int64(code) && !spec.CallWorked(name, value) {
			t.code = code
			break
		}
	}
	for _, name := range messageNames(spec) {
		if t.message == "" {
			t.message = text(object, name)
		}
	}
}

func messageNames(spec kinds.Spec) []string {
	var out []string
	if spec.Door != nil {
		out = append(out, spec.Door.Text)
	}
	return append(out, "errmsg", "msg", "message", "error_description")
}

// text is a member of an object as text, a number as its digits; "" for none. Dots
// lead into nested objects.
func text(object map[string]json.RawMessage, name string) string {
	raw, ok := object[name]
	if !ok {
		outer, rest, dotted := strings.Cut(name, ".")
		var inner map[string]json.RawMessage
		if !dotted || json.Unmarshal(object[outer], &inner) != nil {
			return ""
		}
		return text(inner, rest)
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}
