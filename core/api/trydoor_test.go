package api

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// TestTryDoor: what the door answers is told without token and key, which go nowhere else.
func TestTryDoor(t *testing.T) {
	const key, token = "ttk_aKeyThatNobodyMaySee", "83_aTokenThatNobodyMaySee"
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another server was asked: %s %s", r.Method, r.URL)
	}))
	defer elsewhere.Close()
	t.Setenv("HTTP_PROXY", elsewhere.URL)
	t.Setenv("http_proxy", elsewhere.URL)
	answers := map[string]string{
		"/v1/token/shop":        `{"access_token":"` + token + `","expires_in":5400}`,
		"/call/shop/sandbox/ok": `{"errcode":0,"errmsg":"ok"}`,
		"/call/shop/sandbox/no": `{"errcode":40001,"errmsg":"invalid credential"}`,
		"/call/shop/live/x":     `{"error":{"class":"misuse","message":"the key may not","remedy":"key_scope"}}`,
		"/call/shop/live/p":     "\x89PNG\x00",
		"/moved":                "",
	}
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+key {
			t.Errorf("%s came with %q", r.URL, r.Header.Get("Authorization"))
		}
		switch r.URL.Path {
		case "/moved":
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusFound)
		case "/call/shop/live/x":
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write([]byte(answers[r.URL.Path]))
	}))
	_, raw, _ := net.SplitHostPort(strings.TrimPrefix(door.URL, "http://"))
	port, _ := strconv.Atoi(raw)
	wechat, _ := kinds.Builtin().Of(kinds.WeChat)
	try := func(path string) (DoorAnswer, error) {
		got, err := TryDoor(t.Context(), DoorTry{Port: port, Key: core.NewSecret(key), Path: path, Spec: wechat})
		told, _ := json.Marshal(got)
		if said := string(told); strings.Contains(said, key) || strings.Contains(said, token) {
			t.Errorf("%s tells %s", path, said)
		}
		return got, err
	}
	for path, want := range map[string]DoorAnswer{
		"/v1/token/shop":        {Status: 200, ExpiresIn: 90 * time.Minute},
		"/call/shop/sandbox/ok": {Status: 200},
		"/call/shop/sandbox/no": {Status: 200, Code: 40001},
		"/call/shop/live/x":     {Status: 403},
		"/call/shop/live/p":     {Status: 200},
		"/moved":                {Status: 302},
	} {
		got, err := try(path)
		if err != nil || got.Status != want.Status || got.Code != want.Code || got.ExpiresIn != want.ExpiresIn || got.Took <= 0 {
			t.Errorf("%s: %+v, %v", path, got, err)
		}
		if refused := got.Error != nil && got.Error.Remedy == core.RemedyScope; refused != (want.Status == 403) {
			t.Errorf("%s: %+v", path, got.Error)
		}
	}
	for body, want := range map[string]int{
		`{"code":99991663}`: 99991663, `{"code":"80000000"}`: 0, `{"data":{"error_code":7}}`: 7, `{"errcode":40001}`: 0, `{"data":1}`: 0, `[1]`: 0,
	} {
		spec := kinds.Spec{
			Dead:  []kinds.Answer{{Field: "code", Values: []string{"99991663"}}, {Field: "data.error_code", Values: []string{"1"}}},
			Works: []kinds.Answer{{Field: "code", Values: []string{"80000000"}}},
		}
		if got := codeIn([]byte(body), spec); got != want {
			t.Errorf("%s: the code is %d, want %d", body, got, want)
		}
	}
	door.Close()
	if _, err := try("/v1/token/shop"); err == nil || strings.Contains(err.Error(), key) || core.AsError(err).Remedy != core.RemedyDoorShut {
		t.Errorf("nobody answers: %v", err)
	}
}
