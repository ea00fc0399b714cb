package upstream

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// douyin is a shape with everything in it: a code among the data, failures that carry
// an empty token.
var douyin = Shape{
	Token: "data.access_token", Life: "data.expires_in", Code: "data.error_code", Text: "data.description",
	Success: []string{"0"},
}

func TestAnAnswerIsReadByItsShape(t *testing.T) {
	plain := Shape{Token: "access_token", Life: "expires_in", Code: "error", Text: "error_description"}
	fixed := Shape{Token: "t", Fixed: time.Hour, Code: "code", Success: []string{"0", "0000"}, Absent: true}
	for _, tt := range []struct {
		shape  Shape
		body   string
		ok     bool
		code   string
		text   string
		life   time.Duration
		reason string // of the reading or its fault
	}{
		{douyin, `{"data":{"access_token":"clt.1","expires_in":7200,"error_code":0,"description":""},"message":"success"}`, true, "0", "", 2 * time.Hour, ""},
		{douyin, `{"data":{"access_token":"","expires_in":0,"error_code":10013,"description":"bad"},"message":"error"}`, false, "10013", "bad", 0, ""},
		{douyin, `{"data":{"access_token":"clt.1","expires_in":7200}}`, false, "", "", 0, "nothing at data.error_code, where the code of success should be"},
		{douyin, `{"data":{"expires_in":7200,"error_code":0}}`, true, "0", "", 0, "nothing at data.access_token, where the token should be"},
		{douyin, `{"data":{"access_token":["x"],"error_code":0}}`, true, "0", "", 0, "what stands at data.access_token, where the token should, is no text"},
		{douyin, `{"data":"{\"access_token\":\"x\"}"}`, false, "", "", 0, "nothing at data.error_code, where the code of success should be"},
		{douyin, `{"data":{"access_token":"clt.1","error_code":"0"}}`, true, "0", "", 0, "nothing at data.expires_in, where the life in seconds should be"},
		{plain, `{"access_token":"t","expires_in":"3599"}`, true, "", "", 3599 * time.Second, ""},
		{plain, `{"access_token":"t","expires_in":3599.98,"error":null}`, true, "", "", 3599 * time.Second, ""},
		{plain, `{"access_token":"t","expires_in":-1}`, true, "", "", 0, "what stands at expires_in, where the life in seconds should, is not above zero"},
		{plain, `{"access_token":"t","expires_in":0.5}`, true, "", "", 0, "what stands at expires_in, where the life in seconds should, is not above zero"},
		{plain, `{"access_token":"t","expires_in":{}}`, true, "", "", 0, "what stands at expires_in, where the life in seconds should, is no number"},
		{plain, `{"access_token":"t","expires_in":"0x10"}`, true, "", "", 0, "what stands at expires_in, where the life in seconds should, is no number"},
		{plain, `{"access_token":"t","expires_in":1e12}`, true, "", "", MaxLife, ""},
		{plain, `{"access_token":"t\nX-Evil: 1","expires_in":60}`, true, "", "", 0, "what stands at access_token, where the token should, holds characters that no token has"},
		{plain, `{"error":"invalid_client","error_description":"unknown client id","access_token":"t","expires_in":60}`, false, "invalid_client", "unknown client id", 0, ""},
		{fixed, `{"t":"x"}`, true, "", "", time.Hour, ""},
		{fixed, `{"t":"x","code":"0000"}`, true, "0000", "", time.Hour, ""},
		{fixed, `{"t":"x","code":false}`, false, "false", "", 0, ""},
		{fixed, `[]`, false, "", "", 0, "no JSON object"},
		{fixed, `<html>`, false, "", "", 0, "a web page"},
		{fixed, `{"t":`, false, "", "", 0, brokenJSON},
		{fixed, " \n", false, "", "", 0, "an empty answer"},
	} {
		r, reason := tt.shape.Read([]byte(tt.body))
		if r.OK != tt.ok || r.Code != tt.code || r.Text != tt.text || r.Grant.ExpiresIn != tt.life || reason+r.Fault != tt.reason {
			t.Errorf("%s: %+v, %q", tt.body, r, reason)
		}
		if (r.Grant.Value != "") != (tt.ok && tt.reason == "") {
			t.Errorf("%s: the token is %q", tt.body, r.Grant.Value)
		}
	}
}

// Feishu's tokens can exceed 4 KB; nothing cuts them.
func TestLongTokensStayWhole(t *testing.T) {
	for length, fault := range map[int]string{8 << 10: "", 8<<10 + 1: TokenLong} {
		token := strings.Repeat("j", length)
		r, _ := douyin.Read([]byte(`{"data":{"access_token":"` + token + `","expires_in":60,"error_code":0}}`))
		if (r.Grant.Value == token) != (fault == "") || !strings.HasSuffix(r.Fault, fault) {
			t.Errorf("%d bytes: %d came, %q", length, len(r.Grant.Value), r.Fault)
		}
	}
}

// FuzzShape: whatever arrives, and wherever it is looked for, a reading is a token
// that can be sent or says why there is none.
func FuzzShape(f *testing.F) {
	for _, body := range []string{
		`{"data":{"access_token":"clt.1","expires_in":7200,"error_code":0}}`, `{"code":99991663,"msg":"token invalid"}`,
		`{"access_token":"a","expires_in":"1e3"}`, `{"access_token":"a","expires_in":-0.0}`, `{"data":"{}"}`, `{"":{"":"x"}}`, "<html>", "", "{", "null", "\xef\xbb\xbf{}",
	} {
		f.Add([]byte(body), "data.access_token", "data.expires_in", "data.error_code", "0", true)
		f.Add([]byte(body), "access_token", "expires_in", "code", "", false)
	}
	f.Fuzz(func(t *testing.T, body []byte, token, life, code, success string, absent bool) {
		s := Shape{Token: Path(token), Life: Path(life), Code: Path(code), Text: "msg", Success: []string{success}, Absent: absent}
		r, reason := s.Read(body)
		switch {
		case reason != "" && r != Reading{}:
			t.Fatalf("refused as %q, yet gave %+v", reason, r)
		case reason != "" || r.Fault != "" || !r.OK:
			if r.Grant.Value != "" {
				t.Fatalf("no success, and a token: %+v", r)
			}
		case s.Life != "" && (r.Grant.ExpiresIn < time.Second || r.Grant.ExpiresIn > MaxLife || r.Grant.ExpiresIn%time.Second != 0):
			t.Fatalf("a life of %v", r.Grant.ExpiresIn)
		case TokenFault(r.Grant.Value) != "" || strings.ContainsAny(r.Grant.Value, "\r\n "):
			t.Fatalf("the token %q", r.Grant.Value)
		}
	})
}

// BenchmarkShape reads an answer of 2 KB, which must stay under 50 µs.
func BenchmarkShape(b *testing.B) {
	body := fmt.Appendf(nil, `{"message":"success","extra":{"captcha":"","desc_url":"","log":"20261128"},"data":{"access_token":"clt.%s","description":"","error_code":0,"expires_in":7200,"scope":"a,b"}}`, strings.Repeat("j", 1850))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if r, _ := douyin.Read(body); r.Grant.Value == "" {
			b.Fatal(r)
		}
	}
	if took := b.Elapsed() / time.Duration(b.N); took > 50*time.Microsecond {
		b.Errorf("an answer takes %v, want at most 50µs", took)
	}
}
