package cli

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/format"
)

// FuzzReference: a reference to a token is refused without a word of it, or names one
// account and one form, and is the same when it is written again.
func FuzzReference(f *testing.F) {
	for _, text := range []string{
		"shop", "shop/live", "shop/sandbox?format=header", "my%20shop/live", "%E5%8D%9A%E5%AE%A2?format=json", "🇨🇳/live", "a%2Fb", "a/b/c", "../live", "shop/LIVE", "shop?format=", "shop?format=header&format=raw",
		"shop?x=1", "shop?format=%zz", "", "/live", "shop/", "%00",
	} {
		f.Add(text)
	}
	a := &app{}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := a.parseReference(refScheme + text)
		if err != nil {
			if len(text) > 12 && strings.Contains(err.Error(), text) {
				t.Fatalf("%v repeats it", err)
			}
			return
		}
		if name, err := core.CleanName(r.ref.Name); err != nil || name != r.ref.Name || r.ref.Env != "" && !r.ref.Env.Valid() || r.format != "" && !format.Valid(r.format) {
			t.Fatalf("%q is %+v", text, r)
		}
		written := refScheme + url.PathEscape(r.ref.Name)
		if r.ref.Env != "" {
			written += "/" + string(r.ref.Env)
		}
		if r.format != "" {
			written += "?" + url.Values{"format": {r.format}}.Encode()
		}
		if again, err := a.parseReference(written); err != nil || again != r {
			t.Fatalf("%q is %+v and is written as %q, which is %+v (%v)", text, r, written, again, err)
		}
	})
}

// FuzzTable: no line is wider than the terminal, and one that goes on in others loses
// blanks alone.
func FuzzTable(f *testing.F) {
	f.Add("shop", "one two three", "请复制 AppID，再试。", 12, 2, 2, true)
	f.Add("", "🇨🇳 x", "a\tb\x1b[31m", 80, 0, 1, false)
	f.Add("e\u0301", "", " ", 1, 3, 0, true)
	f.Fuzz(func(t *testing.T, a, b, c string, width, indent, elastic int, wraps bool) {
		if width < 1 || width > 500 || indent < 0 || indent > 50 || elastic < 0 || elastic > 2 || !utf8.ValidString(a+b+c) || len(a+b+c) > 5000 {
			return
		}
		a, b, c = clean(a), clean(b), clean(c) // as all that comes from outside
		whole := strings.NewReplacer(" ", "")
		lines := wrapped(c, width, indent)
		if got := strings.Join(lines, ""); whole.Replace(got) != whole.Replace(c) {
			t.Fatalf("%q at %d becomes %q", c, width, lines)
		}
		for _, line := range lines {
			if cells(line) > width && utf8.RuneCountInString(strings.TrimSpace(line)) > 1 {
				t.Fatalf("%q at %d has the line %q", c, width, line)
			}
		}
		table := &table{indent: indent, elastic: elastic, spare: []int{0, 1}[:width%3%2+1], wraps: wraps}
		table.add(plain(a), plain(b), plain(c))
		table.add(plain(b), cell{text: c, spans: true})
		table.add(plain(c), plain(a), plain(b))
		for _, line := range table.lines(width) {
			if cells(line) > max(width, indent) {
				t.Fatalf("%q, %q, %q at %d: the line %q is %d wide", a, b, c, width, line, cells(line))
			}
		}
	})
}

// FuzzKeys: what a terminal sends at once is taken as it came, key by key; what is typed
// stays one line of text, and what is marked in sight.
func FuzzKeys(f *testing.F) {
	for _, sent := range []string{"shop\r", "\x1b[A", "\x1b[A\x1b[B", "\x1b", "好\x7f", "up", "\xff\xfe", "ctrl-c", "\x15a\x10", ""} {
		f.Add(sent, 3)
	}
	f.Fuzz(func(t *testing.T, sent string, n int) {
		if n < 0 || n > 1000 {
			return
		}
		v, all := &picker{}, ""
		for _, key := range strokes(keyOf(sent)) {
			all += string(key)
			v.press(key)
			if v.keep(n); v.at < 0 || v.at >= max(n, 1) || v.top < 0 || v.at < v.top || v.at >= v.top+pickRows {
				t.Fatalf("after %q the mark is at %d from %d, of %d", sent, v.at, v.top, n)
			}
		}
		if len(strokes(keyOf(sent))) > 1 && len([]rune(all)) < len([]rune(sent)) || !utf8.ValidString(v.typed) || utf8.RuneCountInString(v.typed) > maxFilter || strings.ContainsFunc(v.typed, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q is %q, and types %q", sent, all, v.typed)
		}
	})
}

// FuzzLife: how long something lasts is refused without a word of it, or can be entered
// as it is shown.
func FuzzLife(f *testing.F) {
	for _, text := range []string{"90s", " 5m ", "-1s", "1h0.5s", "9223372036854775807ns", "1e9s", "0", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseLife(text)
		if err != nil {
			if len(text) > 8 && strings.Contains(err.Error(), text) {
				t.Fatalf("%v repeats it", err)
			}
			return
		}
		if again, err := parseLife(d.String()); err != nil || again != d || d < 0 {
			t.Fatalf("%q is %s, and that %s (%v)", text, d, again, err)
		}
	})
}

// FuzzPretty: colours change nothing of an answer, and nothing of it moves the cursor.
func FuzzPretty(f *testing.F) {
	f.Add([]byte(`{"a":[1,null,"b\"\u009b"]}`))
	paint := regexp.MustCompile("\x1b\\[[0-9;]*m")
	f.Fuzz(func(t *testing.T, raw []byte) {
		plain, ok := prettyJSON(raw, false)
		colour, also := prettyJSON(raw, true)
		if ok != also || paint.ReplaceAllString(colour, "") != plain || plain != printable(plain) {
			t.Fatalf("%q is %q and %q", raw, plain, colour)
		}
	})
}

// FuzzField: two fields of a call make JSON, or the second is refused.
func FuzzField(f *testing.F) {
	f.Add("a[b][]", "a[b][][c]")
	f.Fuzz(func(t *testing.T, one, two string) {
		var in any
		for _, key := range []string{one, two} {
			steps := keySteps(key)
			if len(steps) == 0 || len(steps) > 1000 {
				return
			}
			out, ok := place(in, steps, "x")
			if !ok {
				return
			}
			in = out
		}
		if _, err := json.Marshal(in); err != nil {
			t.Fatal(err)
		}
	})
}
