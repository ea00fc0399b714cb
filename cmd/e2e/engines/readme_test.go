//go:build linux

package engines

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn/redistest"
)

// page is a section of the README: its blocks of commands, and its text.
func page(t *testing.T, title string) (blocks [][]string, text string) {
	t.Helper()
	raw, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(raw), title+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	if !ok {
		t.Fatalf("README has no %q", title)
	}
	for i, part := range strings.Split(text, "```") {
		if i%2 == 1 {
			blocks = append(blocks, strings.Split(strings.TrimSpace(part), "\n"))
		}
	}
	return blocks, text
}

// TestThePageOfFiveAndAServer follows README's page word for word: five developers and a
// server, a user of the Redis with no more than the page's rights, TLS, and terminals at
// which passwords are entered. Only the address of the Redis and two paths are others.
func TestThePageOfFiveAndAServer(t *testing.T) {
	t.Parallel()
	blocks, text := page(t, "### A team of five and a server")
	if len(blocks) != 4 {
		t.Fatalf("the page has %d blocks", len(blocks))
	}
	r := newRig(t, 0)
	const password, passphrase = "a password of the Redis", "an invite between friends"
	redisPassword := strings.ReplaceAll(password, " ", "-")

	dir := t.TempDir()
	ca, key := certificate(t, dir)
	port := redistest.FreePort(t)
	server := redistest.Start(t, "--tls-port", fmt.Sprint(port), "--bind", "127.0.0.1", "--tls-cert-file", ca, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no")
	client := server.Client()
	defer client.Close()
	acl := func(line string) {
		t.Helper()
		var args []any
		for word := range strings.FieldsSeq(line) {
			args = append(args, word)
		}
		if err := client.Do(t.Context(), args...).Err(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	acl(strings.Replace(blocks[0][0], "PASSWORD", redisPassword, 1))

	// What stands on the page, for this machine.
	here := func(line, credential string) string {
		t.Helper()
		if !slices.Contains(slices.Concat(blocks...), line) && !strings.Contains(text, "`"+line+"`") {
			t.Fatalf("the page does not have %q", line)
		}
		line = strings.Replace(line, "rediss://tt@redis.example.com:6379", fmt.Sprintf("'rediss://tt@127.0.0.1:%d?ca=%s'", port, ca), 1)
		return strings.Replace(line, "/run/secrets/tokentray", credential, 1)
	}
	live := api.Ref{Name: "shop", Env: core.Live}
	first := r.machine("first")
	first.run(appSecret+"\n", "add", "shop", "--env", "live", "--appid", appID, "--secret-stdin", "--base-url", r.upstream.URL, "--proxy", first.web.url)
	step := func(m *machine, line string, answers ...answer) string {
		t.Helper()
		return m.atTerminal(here(line, ""), answers...)
	}
	step(first, blocks[1][0], answer{"assword", redisPassword})
	step(first, blocks[1][1])
	step(first, blocks[1][2], answer{"assphrase", passphrase}, answer{"Once more", passphrase})
	bring := func(to *machine, file string) {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(first.dir, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(to.dir, file), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	var others []*machine
	token := strings.TrimSpace(first.run("", "get", "shop/live"))
	for _, name := range []string{"second", "third", "fourth", "fifth"} {
		m := r.machine(name)
		bring(m, "team.invite")
		if out := step(m, blocks[2][0], answer{"assphrase", passphrase}, answer{"Join team?", "y"}); !strings.Contains(out, "shop/live") {
			t.Errorf("%s is not shown what the team shares:\n%s", name, out)
		}
		if got := strings.TrimSpace(step(m, blocks[2][1])); got != token {
			t.Errorf("%s has another token", name)
		}
		others = append(others, m)
	}
	step(others[0], "tokentray edit shop/live --secret", answer{":", appSecret})
	step(others[0], "tokentray resume shop/live")

	box := r.home("server")
	credential := filepath.Join(box.dir, "credential")
	for path, text := range map[string]string{credential: "of the vault\n", filepath.Join(box.dir, "passphrase-of-the-invite"): passphrase + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	box.env = append(box.env, "TOKENTRAY_PASSPHRASE_FILE="+credential) // the agent's
	box.start()
	bring(box, "team.invite")
	var lines []string
	for _, line := range blocks[3] {
		lines = append(lines, here(line, credential))
	}
	status := box.atTerminal(strings.Join(lines, "\n"))
	for _, want := range []string{"noeviction", "shop/live", "round trip"} {
		if !strings.Contains(status, want) {
			t.Errorf("status does not say %q:\n%s", want, status)
		}
	}
	if strings.Count(status, " ago") != 6 {
		t.Errorf("status does not show six members:\n%s", status)
	}
	if got := strings.TrimSpace(box.run("", "get", "shop/live")); got != token {
		t.Error("the server has another token")
	}
	asked := r.answered()
	if asked != 2 { // for the token, and whether the secret that was entered is right
		t.Errorf("six machines cost %d calls", asked)
	}

	// A report of one that cannot fetch is answered by those that can.
	r.revoke()
	_, _ = box.client.Refresh(t.Context(), live, api.RefreshRequest{Stale: token, Person: true})
	r.until("all have the next token", 60*time.Second, func() bool {
		for _, m := range append([]*machine{first, box}, others...) {
			got, err := m.client.Token(t.Context(), live, 0)
			if err != nil || got.AccessToken == token || !r.lives(got.AccessToken) {
				return false
			}
		}
		return true
	})
	if n := r.answered() - asked; n != 1 {
		t.Errorf("the next token cost %d calls", n)
	}

	t.Log("somebody leaves")
	step(first, "tokentray team rotate-key --out new.invite", answer{"assphrase", passphrase}, answer{"Once more", passphrase})
	const next = "another-password"
	for _, m := range append([]*machine{box}, others[:3]...) {
		bring(m, "new.invite")
		m.atTerminal("tokentray team join new.invite", answer{"assphrase", passphrase}, answer{"Join team?", "y"})
	}
	acl("ACL SETUSER tt resetpass >" + next)
	acl("CLIENT KILL USER tt")
	for _, m := range append([]*machine{first, box}, others[:3]...) {
		m.atTerminal("echo " + next + " | " + here("tokentray team edit --redis-password-stdin", ""))
	}
	out := first.run("", "team", "status")
	if !strings.Contains(out, "old key") {
		t.Errorf("who has not joined again is not named:\n%s", out)
	}
	if code, _, errOut := others[3].try("", "team", "status"); code != 0 || strings.Contains(errOut, next) {
		t.Errorf("who left: code %d\n%s", code, errOut)
	}
	for _, command := range []string{"team unshare", "team leave"} {
		if !strings.Contains(text, "`"+command+"`") {
			t.Errorf("the page does not have %s", command)
		}
	}
	others[0].run("", "team", "unshare", "shop/live", "--team", "team")
	box.run("", "team", "leave", "--yes")
	if n := r.answered() - asked; n != 1 {
		t.Errorf("leaving cost %d calls", n-1)
	}
}

// certificate makes one of 127.0.0.1 that signs itself.
func certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
