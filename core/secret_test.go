package core_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"tokentray/core"
)

func TestASecretShowsItselfNowhere(t *testing.T) {
	const value = "s3cret-value"
	s := core.NewSecret(value)
	c := core.Credentials{Secret: s, ProxyPassword: s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", s, &s, c)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "secret", s, "credentials", c, "group", slog.GroupValue(slog.Any("s", s)))
	}
	j, err := json.Marshal(map[string]any{"s": s, "c": c, "list": []core.Secret{s}})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	out.WriteString(errors.Join(fmt.Errorf("wrapped: %v", s)).Error())
	for _, leak := range []string{value, fmt.Sprintf("%x", value), "s3cret"} {
		if strings.Contains(strings.ToLower(out.String()), leak) {
			t.Errorf("the value shows as %q in:\n%s", leak, out.String())
		}
	}
	if s.Reveal() != value {
		t.Error("Reveal does not")
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"":      "",
		"short": "••••",
		"84_abcdefghijklmnopqrstuvwxyz0123456789": "84_ab••••6789",
		"of-26-characters-it-is-all":              "••••",
		"of-27-characters-it-shows-9":             "of-27••••ws-9",
	} {
		if got := core.Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAnErrorShowsNoURL(t *testing.T) {
	e := core.AsError(fmt.Errorf("ask: %w", &url.Error{Op: "Get", URL: "https://api.weixin.qq.com/cgi-bin/token?secret=s3cret", Err: errors.New("EOF")}))
	if strings.Contains(e.Error(), "s3cret") || !strings.Contains(e.Error(), "EOF") {
		t.Errorf("the error says %q", e)
	}
}

func TestWeakPassphrase(t *testing.T) {
	for text, weak := range map[string]bool{
		"x": true, "passw0rd": true, "aaaaaaaaaaaaaaaaaaaaaaaa": true, "12341234123412341234": true,
		"correct horse battery": false, "wcpl-93-okt-q1": false, "密码要够长才不容易被猜到": false,
	} {
		if got := core.WeakPassphrase(core.NewSecret(text)); got != weak {
			t.Errorf("%q: %v, want %v", text, got, weak)
		}
	}
}
