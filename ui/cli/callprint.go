package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/itchyny/gojq"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/durable"
)

// Limits of what is read of an answer into memory, to show it or to query it with an
// expression. Everything else is streamed.
const (
	maxShown = 4 << 20
	maxAsked = 64 << 20
)

// callShow are the flags that say how an answer is printed.
type callShow struct {
	jq      string
	include bool
	output  string
	force   bool // output may replace a file
}

// shower is callShow, checked.
type shower struct {
	callShow
	ask *gojq.Code // nil: everything is printed
}

// ready checks the flags before the call is made.
func (s callShow) ready() (shower, error) {
	out := shower{callShow: s}
	if s.output != "" {
		if s.jq != "" {
			return out, usage("usage.call_output_jq")
		}
		if err := checkOutput(s.output, s.force); err != nil {
			return out, err
		}
	}
	if s.jq == "" {
		return out, nil
	}
	q, err := gojq.Parse(s.jq)
	if err == nil {
		out.ask, err = gojq.Compile(q)
	}
	if err != nil {
		return out, usage("usage.call_jq", "why", err)
	}
	return out, nil
}

// checkOutput finds out before the call is made whether its answer can be written.
func checkOutput(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular(): // a link could lead anywhere
		return usage("usage.call_out_none", "file", path)
	case err == nil && !force:
		return usage("usage.call_out_there", "file", path)
	}
	probe, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return usage("usage.call_out", "file", path, "why", cause(err))
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	return nil
}

// printAnswer prints an answer: unchanged into a pipe or a file, formatted at a
// terminal. A refusal by upstream is printed on standard error, and determines the
// exit code.
func (a *app) printAnswer(ctx context.Context, answer api.CallAnswer, s shower) error {
	if answer.Renewed {
		a.note(a.say("call.renewed"))
	}
	if s.include {
		lines := append([]string{strings.TrimSpace("HTTP " + strconv.Itoa(answer.Status) + " " + http.StatusText(answer.Status))}, headerLines(answer.Header)...)
		for i := range lines {
			lines[i] = clean(lines[i])
		}
		if err := a.print(append(lines, "")...); err != nil {
			return err
		}
	}
	var refusal error
	if answer.Error != nil {
		refusal = answer.Error.Core()
	}
	if err := a.printBody(ctx, answer, s, refusal != nil); err != nil {
		return errors.Join(refusal, err)
	}
	if answer.NotAgain {
		a.note(a.say("call.not_again"))
	}
	return refusal
}

func (a *app) printBody(ctx context.Context, answer api.CallAnswer, s shower, refused bool) error {
	switch {
	case s.output != "" && !refused:
		err := durable.Write(s.output, func(w io.Writer) error {
			_, err := io.Copy(w, answer.Body)
			return err
		})
		if err != nil {
			return err
		}
		a.note(a.say("call.written", "file", s.output))
		return nil
	case s.ask != nil:
		return a.askAnswer(ctx, answer.Body, s.ask)
	case a.Term.OutIsTerminal():
		return a.showAnswer(answer)
	}
	return copyOut(a.Term.Out(), answer.Body)
}

// copyOut copies an answer to standard output.
func copyOut(to io.Writer, from io.Reader) error {
	_, err := io.Copy(to, from)
	if own := new(core.Error); err != nil && !errors.As(err, &own) {
		return unanswered(err)
	}
	return err
}

// askAnswer prints what an expression finds in an answer, a text without its quotes. An
// expression need not come to an end: it ends with ctx.
func (a *app) askAnswer(ctx context.Context, body io.Reader, code *gojq.Code) error {
	raw, err := io.ReadAll(io.LimitReader(body, maxAsked+1))
	if err != nil {
		return err
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if len(raw) > maxAsked || dec.Decode(&v) != nil {
		return &core.Error{Class: core.Temporary, Remedy: core.RemedyCallNoJSON, Message: core.SaysNoJSON + "; see it without --jq"}
	}
	for found := code.RunWithContext(ctx, v); ; {
		v, ok := found.Next()
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", errInterrupted, ctx.Err())
		case !ok:
			return nil
		}
		if err, failed := v.(error); failed {
			if halt := new(gojq.HaltError); errors.As(err, &halt) && halt.Value() == nil {
				return nil
			}
			return usage("usage.call_jq_run", "why", clean(err.Error()))
		}
		if text, isText := v.(string); isText {
			err = a.print(a.safe(text))
		} else {
			var line []byte
			if line, err = gojq.Marshal(v); err == nil {
				err = a.print(a.safe(string(line)))
			}
		}
		if err != nil {
			return err
		}
	}
}

// safe is a text for standard output: at a terminal without control sequences.
func (a *app) safe(text string) string {
	if a.Term.OutIsTerminal() {
		return printable(text)
	}
	return text
}

// showAnswer prints an answer for a person.
func (a *app) showAnswer(answer api.CallAnswer) error {
	head, err := io.ReadAll(io.LimitReader(answer.Body, maxShown+1))
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return nil
	}
	if len(head) <= maxShown {
		if pretty, ok := prettyJSON(head, a.colour()); ok {
			return a.print(pretty)
		}
	}
	if !utf8.Valid(head) && len(head) <= maxShown || bytes.IndexByte(head, 0) >= 0 {
		return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallBinary, Message: "the answer is no text; write it into a file with --output"}
	}
	if err := a.print(printable(string(head))); err != nil || len(head) <= maxShown {
		return err
	}
	return copyOut(a.Term.Out(), answer.Body)
}

// printable is a text of any number of lines without control sequences.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, text)
}

// prettyJSON is JSON on many lines, with its numbers and the order of its members as
// they came; ok is false if it is not JSON.
func prettyJSON(raw []byte, colour bool) (string, bool) {
	var b bytes.Buffer
	raw = bytes.TrimPrefix(bytes.TrimSpace(raw), []byte("\xef\xbb\xbf"))
	if len(raw) == 0 || raw[0] != '{' && raw[0] != '[' || json.Indent(&b, raw, "", "  ") != nil {
		return "", false
	}
	text := printable(b.String())
	if colour {
		text = paintJSON(text)
	}
	return text, true
}

// The colours of JSON's parts.
const (
	jsonKey   style = "34;1"
	jsonText  style = "32"
	jsonValue style = "33"
	jsonNull  style = styleDim
)

// paintJSON colours JSON that is valid and indented.
func paintJSON(text string) string {
	var b strings.Builder
	paint := func(st style, s string) { b.WriteString("\x1b[" + string(st) + "m" + s + "\x1b[0m") }
	for len(text) > 0 {
		n := 1
		switch c := text[0]; {
		case c == '"':
			for n < len(text) && text[n] != '"' {
				if text[n] == '\\' {
					n++
				}
				n++
			}
			n = min(n+1, len(text))
			if strings.HasPrefix(text[n:], ":") {
				paint(jsonKey, text[:n])
			} else {
				paint(jsonText, text[:n])
			}
		case strings.ContainsRune("{}[],: \n", rune(c)):
			b.WriteByte(c)
		default:
			if n = strings.IndexAny(text, ",]} \n"); n < 0 {
				n = len(text)
			}
			if c == 'n' {
				paint(jsonNull, text[:n])
			} else {
				paint(jsonValue, text[:n])
			}
		}
		text = text[n:]
	}
	return b.String()
}

// headerLines are headers in the order of their names.
func headerLines(h http.Header) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			out = append(out, name+": "+v)
		}
	}
	return out
}
