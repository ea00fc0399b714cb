package core_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"tokentray/core"
)

// testCA is a certificate in PEM.
func testCA(t *testing.T) string {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// TestCA: only certificates are taken, and one certificate is written one way.
func TestCA(t *testing.T) {
	ca := testCA(t)
	key := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("secret")}))
	for name, c := range map[string]struct {
		text, problem string
	}{
		"none":               {"", ""},
		"one":                {ca, ""},
		"two":                {ca + ca, ""},
		"with words":         {"subject=CN = x\n" + ca + "Verify return code: 0\n", ""},
		"other line ends":    {strings.ReplaceAll(ca, "\n", "\r\n"), ""},
		"no PEM":             {"hello", core.ProblemCA},
		"a binary file":      {"\x30\x82\x01\x00", core.ProblemCA},
		"a request":          {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: []byte("x")})), core.ProblemCA},
		"a broken one":       {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})), core.ProblemCA},
		"a private key":      {key, core.ProblemCAKey},
		"a private key with": {ca + key, core.ProblemCAKey},
		"too long":           {strings.Repeat(ca, 1+core.MaxCA/len(ca)), core.ProblemCALong},
	} {
		t.Run(name, func(t *testing.T) {
			a := core.Account{Name: "shop", Env: core.Sandbox, CA: c.text}.Clean()
			problem := ""
			for _, p := range a.Check() {
				if p.Field == "ca" {
					problem = p.Key
				}
			}
			if problem != c.problem {
				t.Errorf("problem %q, want %q", problem, c.problem)
			}
			if again := core.CleanCA(a.CA); again != a.CA {
				t.Errorf("cleaned twice it becomes %q", again)
			}
			if c.problem == "" && (strings.Contains(a.CA, "subject") || strings.Contains(a.CA, "Verify")) {
				t.Errorf("words stay: %q", a.CA)
			}
		})
	}
	if a, b := core.CAMark(ca), core.CAMark("words\n"+strings.ReplaceAll(ca, "\n", "\r\n")); a != b || len(a) != 32 {
		t.Errorf("one certificate has the marks %q and %q", a, b)
	}
	if core.CAMark(ca) == core.CAMark(ca+ca) || core.CAMark("") != "" || core.CAName("") != "" {
		t.Error("marks do not tell certificates apart")
	}
	if name := core.CAName(ca); !strings.HasPrefix(name, "Acme Co (") || !strings.Contains(name, core.CAMark(ca)[:16]) {
		t.Errorf("it is called %q", name)
	}
	if name := core.CAName(ca + ca); !strings.HasPrefix(name, "Acme Co +1 (") {
		t.Errorf("two are called %q", name)
	}
}

// TestDestinationOfCA: a secret goes to no host for which other certificates may
// vouch; fewer of them do no harm.
func TestDestinationOfCA(t *testing.T) {
	with := core.Account{BaseURL: "https://qy.example.com", CA: testCA(t)}
	without := with
	without.CA = ""
	was, next := without.Destination("", nil), with.Destination("", nil)
	if was.Takes(next) || !next.Takes(was) || !next.Takes(next) {
		t.Errorf("%v takes %v: %v; back: %v", was, next, was.Takes(next), next.Takes(was))
	}
	if was.String() == next.String() || !strings.HasPrefix(next.String(), "https://qy.example.com (CA ") {
		t.Errorf("they read %q and %q", was, next)
	}
}

// FuzzCA: what is taken for certificates stays so when it is written in one form, has one
// mark then, and a name that is short and fit for a line.
func FuzzCA(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	for _, cn := range []string{"Acme Co", "", "a\x1b[31mb\nc", "\u202eoc", strings.Repeat("长", 100)} {
		f.Add("", cn, "")
		f.Add("subject=x\n", cn, "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----")
		f.Add("-----BEGIN X-----\n\n-----END X-----\n", cn, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----")
	}
	f.Fuzz(func(t *testing.T, before, cn, after string) {
		of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn}}
		der, err := x509.CreateCertificate(nil, of, of, key.Public(), key)
		if err != nil {
			return
		}
		text := before + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + after
		problem := func(a core.Account) string {
			for _, p := range a.Check() {
				if p.Field == "ca" {
					return p.Key
				}
			}
			return ""
		}
		a := core.Account{Name: "shop", Env: core.Sandbox, CA: text}
		clean := core.CleanCA(text)
		if again := core.CleanCA(clean); again != clean || core.CAMark(clean) != core.CAMark(text) {
			t.Fatalf("%q is cleaned to %q, then to %q", text, clean, again)
		}
		was := problem(a)
		if a.CA = clean; problem(a) != was && len(clean) <= core.MaxCA {
			t.Fatalf("%q has the problem %q, and cleaned %q", text, was, problem(a))
		}
		if name := core.CAName(clean); len(name) > 300 || name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q is called %q", text, name)
		}
	})
}
