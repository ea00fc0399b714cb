package call

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"tokentray/core/kinds"
)

const (
	token  = "88_kR7-abcDEF/ghi+jkl=mno_PQRstu.vwx~yz0123456789"
	secret = "0123456789abcdef0123456789abcdef"
)

// spellings are a value in every form in which an answer may hold it.
func spellings(value string) map[string]string {
	quoted, _ := json.Marshal(value)
	plain := strings.Trim(string(quoted), `"`)
	var unicode, percent, decimal, hexadecimal, utf16le, utf16be, utf32 strings.Builder
	for i := range len(value) {
		fmt.Fprintf(&decimal, "&#%d;", value[i])
		fmt.Fprintf(&hexadecimal, "&#x%02X;", value[i])
		utf16le.Write([]byte{value[i], 0})
		utf16be.Write([]byte{0, value[i]})
		utf32.Write([]byte{0, 0, 0, value[i]})
		unicode.WriteString(`\u00` + hex.EncodeToString([]byte{value[i]}))
		percent.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{value[i]})))
	}
	return map[string]string{
		"plain": value, "upper": strings.ToUpper(value), "lower": strings.ToLower(value),
		"query": url.QueryEscape(value), "path": url.PathEscape(value), "lower query": strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(value), "%2F", "%2f"), "%2B", "%2b"),
		"twice in a query": url.QueryEscape(url.QueryEscape(value)),
		"JSON":             plain, "JSON with slashes": strings.ReplaceAll(plain, "/", `\/`), "JSON in JSON": strings.ReplaceAll(plain, "/", `\\\/`),
		"JSON with a unicode equals sign": strings.ReplaceAll(plain, "=", `\u003d`), "JSON in JSON with one": strings.ReplaceAll(plain, "=", `\\u003D`),
		"unicode": unicode.String(), "percent": percent.String(),
		"hex": hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
		"HTML": strings.NewReplacer("+", "&#43;", "=", "&#x3D;", "/", "&#x2f;").Replace(value), "HTML by names": strings.NewReplacer("+", "&plus;", "=", "&equals;", "/", "&sol;").Replace(value),
		"decimal": decimal.String(), "hexadecimal": hexadecimal.String(),
		"UTF-16LE": strings.TrimSuffix(utf16le.String(), "\x00"), "UTF-16BE": utf16be.String()[1:], "UTF-32": utf32.String()[3:],
		"base64": base64.RawStdEncoding.EncodeToString([]byte(value)),
	}
}

func TestMaskHidesEverySpelling(t *testing.T) {
	m := NewMask(token, secret, "", "abc")
	for _, value := range []string{token, secret} {
		for name, form := range spellings(value) {
			for _, around := range [][2]string{{"", ""}, {`{"errmsg":"`, `"}`}, {"a%", "%41"}, {`\`, `\`}, {"88_", "88_"}, {"0", "g"}, {"&", "&#"}} {
				in := around[0] + form + around[1]
				got := m.Text(in)
				if len(got) != len(in) || strings.Contains(got, form) || strings.Count(got, "*") < len(form)-2 {
					t.Errorf("%s of %.6s…: %q became %q", name, value, in, got)
				}
			}
		}
	}
	for _, in := range []string{"", "abc", "88_kR7", secret[:31], `{"errcode":0,"errmsg":"ok"}`, token[1:], "%", `\u00`, "%2", "&", "&#4", "&amp; &#0; &#999; &lt;"} {
		if got := m.Text(in); got != in {
			t.Errorf("%q became %q", in, got)
		}
	}
}

// TestMaskAcrossBorders: wherever the stream is cut into pieces, the result is that
// of the whole.
func TestMaskAcrossBorders(t *testing.T) {
	m := NewMask(token, secret)
	var all strings.Builder
	for _, form := range spellings(token) {
		all.WriteString("<" + form + ">" + secret)
	}
	in := all.String()
	want := m.Text(in)
	if strings.Contains(want, secret) || !strings.Contains(want, "<***") {
		t.Fatalf("the whole: %q", want)
	}
	for name, read := range map[string]func(io.Reader) io.Reader{
		"a byte at a time": iotest.OneByteReader, "halves": iotest.HalfReader, "the end with the last bytes": iotest.DataErrReader, "as it is": func(r io.Reader) io.Reader { return r },
	} {
		got, err := io.ReadAll(iotest.OneByteReader(newMasked(io.NopCloser(read(strings.NewReader(in))), m, -1)))
		if err != nil || string(got) != want {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
	for cut := range len(in) {
		got, err := io.ReadAll(newMasked(io.NopCloser(io.MultiReader(strings.NewReader(in[:cut]), strings.NewReader(in[cut:]))), m, -1))
		if err != nil || string(got) != want {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

// TestMaskChangesNothingElse: megabytes without a secret in them come out as they
// went in, also where they almost hold one.
func TestMaskChangesNothingElse(t *testing.T) {
	m := NewMask(token, secret)
	r := rand.NewChaCha8([32]byte{7})
	in := make([]byte, 3<<20)
	_, _ = r.Read(in)
	for i := 0; i+len(token) < len(in); i += 1000 {
		copy(in[i:], token[:len(token)-1]+"!")
	}
	got, err := io.ReadAll(newMasked(io.NopCloser(bytes.NewReader(in)), m, -1))
	if err != nil || !bytes.Equal(got, in) {
		t.Errorf("%v; %d bytes of %d", err, len(got), len(in))
	}
}

// TestMaskOfAnAnswerThatBreaksOff: the beginning of a secret at the place where an
// answer breaks off is kept back.
func TestMaskOfAnAnswerThatBreaksOff(t *testing.T) {
	cut := errors.New("cut off")
	in := io.MultiReader(strings.NewReader("seen "+token[:20]), iotest.ErrReader(cut))
	got, err := io.ReadAll(newMasked(io.NopCloser(in), NewMask(token), -1))
	if !errors.Is(err, cut) || string(got) != "seen " {
		t.Errorf("%q, %v", got, err)
	}
	whole, err := io.ReadAll(newMasked(io.NopCloser(strings.NewReader("seen "+token[:20])), NewMask(token), -1))
	if err != nil || string(whole) != "seen "+token[:20] {
		t.Errorf("at its end: %q, %v", whole, err)
	}
}

// FuzzMask: whatever stands around a secret and wherever the stream is cut, the
// secret does not come through, the length stays, and what holds none is unchanged.
func FuzzMask(f *testing.F) {
	f.Add([]byte(`{"errmsg":"`), []byte(`"}`), uint8(3))
	f.Add([]byte("%25"), []byte("%"), uint8(1))
	f.Add([]byte(`\\`), []byte(`\u00`), uint8(0))
	f.Add([]byte("88_"), []byte("0123"), uint8(7))
	m := NewMask(token, secret)
	forms := spellings(token)
	f.Fuzz(func(t *testing.T, before, after []byte, pick uint8) {
		names := []string{"plain", "query", "JSON", "JSON with slashes", "unicode", "percent", "twice in a query", "JSON in JSON with one"}
		form := forms[names[int(pick)%len(names)]]
		in := append(append(bytes.Clone(before), form...), after...)
		cut := int(pick) * len(in) / 256
		got, err := io.ReadAll(newMasked(io.NopCloser(io.MultiReader(bytes.NewReader(in[:cut]), bytes.NewReader(in[cut:]))), m, -1))
		if err != nil || len(got) != len(in) {
			t.Fatalf("%d bytes became %d, %v", len(in), len(got), err)
		}
		if bytes.Contains(got, []byte(form)) {
			t.Fatalf("%q lets %q through", in, got)
		}
		for i := range in {
			if got[i] != in[i] && got[i] != maskByte {
				t.Fatalf("byte %d of %q became %q", i, in, got[i])
			}
		}
	})
}

// FuzzLook: whatever an answer says of itself, it is passed on as it came, and of a
// stream nothing is told.
func FuzzLook(f *testing.F) {
	for _, body := range []string{`{"errcode":40001,"errmsg":"x"}`, "\xef\xbb\xbf{\"\\u0065rrcode\":1.5e3}", `{"errcode":{"errcode":1}}`, `[1]`, `{`, " {}", "\x00", "", `{"a":` + strings.Repeat("1", maxLook) + `}`} {
		f.Add([]byte(body), 200, false, true)
		f.Add([]byte(body), 401, true, false)
	}
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	f.Fuzz(func(t *testing.T, body []byte, status int, stream, known bool) {
		length := int64(-1)
		if known {
			length = int64(len(body))
		}
		said, all, rest := look(spec, status, io.NopCloser(bytes.NewReader(body)), length, stream)
		left, err := io.ReadAll(rest)
		if got := append(bytes.Clone(all), left...); err != nil || !bytes.Equal(got, body) {
			t.Fatalf("%q is passed on as %q, %v", body, got, err)
		}
		if stream && (all != nil || said.code != 0 || said.message != "") {
			t.Fatalf("of the stream %q this is told: %+v", body, said)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	m := NewMask(token, secret)
	in := make([]byte, 1<<20)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(in)
	for name, data := range map[string][]byte{
		"binary": in, "base64": []byte(base64.StdEncoding.EncodeToString(in)), "json": bytes.Repeat([]byte(`{"openid":"oABCdef123","subscribe":1,"nickname":"\u5f20\u4e09"},`), 16<<10),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				_, _ = io.Copy(io.Discard, newMasked(io.NopCloser(bytes.NewReader(data)), m, -1))
			}
		})
	}
}
