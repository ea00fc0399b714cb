package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxField is how long a file can be whose text is a field's value, in bytes. It is kept
// in memory; other bodies are streamed.
const maxField = 16 << 20

// callBody are the flags that say what a call sends.
type callBody struct {
	texts []string // KEY=VALUE
	typed []string // KEY=VALUE, true, false, null, numbers, @FILE
	input string   // FILE or -
	form  []string // NAME=VALUE, NAME=@FILE
}

// sentBody is what a call sends.
type sentBody struct {
	reader      io.Reader // nil: nothing
	length      int64     // -1: not known
	contentType string    // unless a header says another
	query       url.Values
	text        string // for people; empty if unknown
	files       []*os.File
}

// method is the default method of a call.
func (b sentBody) method() string {
	if b.reader != nil {
		return http.MethodPost
	}
	return http.MethodGet
}

func (b sentBody) close() {
	for _, f := range b.files {
		_ = f.Close()
	}
}

// build makes the body, or for a GET adds the fields to its query.
func (b callBody) build(ctx context.Context, a *app, method string) (sentBody, error) {
	fields := len(b.texts)+len(b.typed) > 0
	if b.input != "" && (fields || len(b.form) > 0) || fields && len(b.form) > 0 {
		return sentBody{}, usage("usage.call_bodies")
	}
	switch {
	case b.input == "-":
		return sentBody{reader: a.Term.In(), length: -1, contentType: "application/json"}, nil
	case b.input != "":
		return fileBody(ctx, a, b.input)
	case len(b.form) > 0:
		return b.multipart(ctx, a)
	case !fields:
		return sentBody{}, nil
	case method == http.MethodGet || method == http.MethodHead:
		query, err := b.asQuery()
		return sentBody{query: query}, err
	}
	object, err := b.object(ctx, a)
	if err != nil {
		return sentBody{}, err
	}
	raw, err := encodeJSON(object, "")
	if err != nil {
		return sentBody{}, err
	}
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	return sentBody{reader: bytes.NewReader(raw), length: int64(len(raw)), contentType: "application/json", text: string(raw)}, nil
}

// fileBody is a file as it is.
func fileBody(ctx context.Context, a *app, path string) (sentBody, error) {
	f, size, err := openBody(ctx, a, path)
	if err != nil {
		return sentBody{}, err
	}
	out := sentBody{reader: f, length: size, contentType: mime.TypeByExtension(filepath.Ext(path)), files: []*os.File{f}}
	if out.contentType == "" {
		out.contentType = "application/json"
	}
	return out, nil
}

// openBody opens a file to send; its size is -1 if unknown. A named pipe that nobody
// writes to is waited for until ctx ends.
func openBody(ctx context.Context, a *app, path string) (*os.File, int64, error) {
	f, err := readingPath(ctx, a, path, func() (*os.File, error) { return os.Open(path) })
	switch {
	case errors.Is(err, errInterrupted):
		return nil, 0, err
	case err != nil:
		return nil, 0, usage("usage.call_file", "file", path, "why", cause(err))
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		_ = f.Close()
		return nil, 0, usage("usage.call_file", "file", path, "why", cause(err))
	case info.IsDir():
		_ = f.Close()
		return nil, 0, usage("usage.call_folder", "file", path)
	case !info.Mode().IsRegular():
		return f, -1, nil
	}
	return f, info.Size(), nil
}

// cause is an error of the file system without its path.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// asQuery are the fields in the form of a query, where all are text.
func (b callBody) asQuery() (url.Values, error) {
	out := url.Values{}
	for _, field := range append(b.texts, b.typed...) {
		key, value, ok := strings.Cut(field, "=")
		if !ok || key == "" {
			return nil, usage("usage.call_field")
		}
		out.Add(key, value)
	}
	return out, nil
}

// object are the fields as a JSON object. A key may lead into objects and lists:
// text[content], articles[].
func (b callBody) object(ctx context.Context, a *app) (map[string]any, error) {
	out := map[string]any{}
	for i, field := range append(b.texts, b.typed...) {
		key, value, ok := strings.Cut(field, "=")
		steps := keySteps(key)
		if !ok || steps == nil {
			return nil, usage("usage.call_field")
		}
		var v any = value
		if i >= len(b.texts) {
			var err error
			if v, err = typedValue(ctx, a, value); err != nil {
				return nil, err
			}
		}
		placed, ok := place(out, steps, v)
		if !ok {
			return nil, usage("usage.call_field_twice", "name", key)
		}
		out = placed.(map[string]any)
	}
	return out, nil
}

// keySteps are the parts of a[b][]: a, b and an empty one; nil if it is not a key.
func keySteps(key string) []string {
	first, rest, nested := strings.Cut(key, "[")
	if first == "" {
		return nil
	}
	steps := []string{first}
	for nested {
		step, after, ok := strings.Cut(rest, "]")
		if !ok {
			return nil
		}
		steps = append(steps, step)
		if after == "" {
			break
		}
		if rest, ok = strings.CutPrefix(after, "["); !ok {
			return nil
		}
	}
	return steps
}

// place puts a value where the steps lead, from in on; ok is false if something else
// is there.
func place(in any, steps []string, value any) (out any, ok bool) {
	if len(steps) == 0 {
		return value, in == nil
	}
	if steps[0] == "" {
		list, isList := in.([]any)
		if in != nil && !isList {
			return nil, false
		}
		// An object is filled until it has a key already; then the next begins.
		if n := len(list); n > 0 && len(steps) > 1 {
			if next, ok := place(list[n-1], steps[1:], value); ok {
				list[n-1] = next
				return list, true
			}
		}
		next, ok := place(nil, steps[1:], value)
		return append(list, next), ok
	}
	object, isObject := in.(map[string]any)
	if in == nil {
		object, isObject = map[string]any{}, true
	}
	if !isObject {
		return nil, false
	}
	next, ok := place(object[steps[0]], steps[1:], value)
	if ok {
		object[steps[0]] = next
	}
	return object, ok
}

// typedValue is a value as JSON has it: true, false, null, whole numbers, the text of
// a file, else the text itself.
func typedValue(ctx context.Context, a *app, value string) (any, error) {
	switch value {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return json.RawMessage("null"), nil // unlike nil it occupies its place
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n, nil
	}
	path, isFile := strings.CutPrefix(value, "@")
	switch {
	case !isFile:
		return value, nil
	case path == "-":
		return a.stdin(ctx, "ask.call_body")
	}
	f, _, err := openBody(ctx, a, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := reading(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(f, maxField+1)) })
	switch {
	case errors.Is(err, errInterrupted):
		return nil, err
	case err != nil:
		return nil, usage("usage.call_file", "file", path, "why", cause(err))
	case len(raw) > maxField:
		return nil, usage("usage.call_file_long", "file", path)
	case !utf8.Valid(raw): // JSON holds text alone
		return nil, usage("usage.call_file_bytes", "file", path)
	}
	return string(raw), nil
}

// multipart is a form with files, for uploads of media. Files are streamed; if all
// sizes are known the form has a length, which WeChat requires.
func (b callBody) multipart(ctx context.Context, a *app) (sentBody, error) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	out := sentBody{contentType: w.FormDataContentType()}
	var parts []io.Reader
	flush := func() {
		out.length += int64(head.Len())
		parts = append(parts, bytes.NewReader(bytes.Clone(head.Bytes())))
		head.Reset()
	}
	known := true
	for _, field := range b.form {
		name, value, ok := strings.Cut(field, "=")
		if !ok || name == "" {
			out.close()
			return sentBody{}, usage("usage.call_form")
		}
		path, isFile := strings.CutPrefix(value, "@")
		if !isFile {
			_ = w.WriteField(name, value) // into memory
			continue
		}
		f, size, err := openBody(ctx, a, path)
		if err != nil {
			out.close()
			return sentBody{}, err
		}
		out.files = append(out.files, f)
		_, _ = w.CreatePart(filePart(name, path))
		flush()
		parts = append(parts, f)
		known = known && size >= 0
		out.length += size
	}
	_ = w.Close()
	flush()
	if !known {
		out.length = -1
	}
	out.reader = io.MultiReader(parts...)
	return out, nil
}

// filePart are the headers of a file in a form.
func filePart(name, path string) textproto.MIMEHeader {
	quote := strings.NewReplacer(`\`, `\\`, `"`, "%22", "\r", "%0D", "\n", "%0A")
	kind := mime.TypeByExtension(filepath.Ext(path))
	if kind == "" {
		kind = "application/octet-stream"
	}
	return textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, quote.Replace(name), quote.Replace(filepath.Base(path)))},
		"Content-Type":        {kind},
	}
}
