package rediscache_test

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
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
)

// TestAClusterIsRead: also where the token and its time of expiry are on two nodes, and
// where all nodes are searched for a key that holds a secret.
func TestAClusterIsRead(t *testing.T) {
	nodes, url := redistest.StartCluster(t)
	s := &redistest.Server{URL: url}
	c, ctx := client(t, s), t.Context()
	for i := range 20 { // over all nodes
		id := fmt.Sprintf("wx%016x", i)
		if err := c.Set(ctx, "wechatpy:"+id+"_access_token", `"`+token+`"`, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		if err := c.Set(ctx, "wechatpy:"+id+"_access_token_expires_at", time.Now().Add(30*time.Minute).Unix(), 0).Err(); err != nil {
			t.Fatal(err)
		}
		var r recorder
		g, err := fetch(t, rediscache.Options{Dial: r.dial}, account(s, kinds.ProductRedisMini, id, "wechatpy", nil), kinds.NoKey)
		if err != nil || g.Value != token || g.ExpiresIn > 30*time.Minute {
			t.Errorf("%s: a life of %v, %v", id, g.ExpiresIn, err)
		}
		for _, name := range r.commands(t) {
			if !slices.Contains([]string{"hello", "auth", "pttl", "getrange", "cluster", "command", "readonly"}, name) {
				t.Errorf("%s is sent", name)
			}
		}
	}
	for i := range nodes {
		id := fmt.Sprintf("wx%015xf", i)
		key := fmt.Sprintf("official_account.access_token.%s.%s.0", id, secret)
		if err := c.Set(ctx, key, fmt.Sprintf(`s:%d:"%s";`, len(token), token), time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		g, err := fetch(t, rediscache.Options{}, account(s, kinds.ProductRedisOfficial, id, "easywechat6", nil), kinds.NoKey)
		if err != nil || g.Value != token {
			t.Errorf("%s is not found: %v", id, err)
		}
	}
}

// TestSentinelsNameTheServer: before a fail-over and after it.
func TestSentinelsNameTheServer(t *testing.T) {
	first := redistest.StartPort(t)
	if err := client(t, first).Set(t.Context(), "mine", token, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	redistest.StartReplica(t, first)
	s := &redistest.Server{URL: redistest.StartSentinel(t, first)}
	a := account(s, kinds.ProductRedisOther, "", "plain", map[string]string{kinds.RedisKey: "mine"})
	if g, err := fetch(t, rediscache.Options{}, a, kinds.NoKey); err != nil || g.Value != token {
		t.Fatalf("by the Sentinel: %v", err)
	}
	first.Kill()
	for {
		g, err := fetch(t, rediscache.Options{}, a, kinds.NoKey)
		if err == nil && g.Value == token {
			return
		}
		time.Sleep(50 * time.Millisecond) // the test's time ends it
	}
}

// TestTLSAndAUserOfTheACL: a certificate that is not trusted, another name's, and a user
// that may do no more than README says.
func TestTLSAndAUserOfTheACL(t *testing.T) {
	ca, cert, key := certificate(t)
	port := redistest.FreePort(t)
	redis := redistest.Start(t, "--tls-port", fmt.Sprint(port), "--bind", "127.0.0.1", "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no")
	c := client(t, redis)
	if err := c.Set(t.Context(), "gowechat_officialaccount__access_token_"+appID, token, time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	if err := c.Do(t.Context(), "ACL", "SETUSER", "reader", "on", ">s3cret", "~*", "+pttl", "+getrange", "+hstrlen", "+hmget").Err(); err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("rediss://reader@127.0.0.1:%d", port)
	for _, tt := range []struct {
		name, url, password string
		remedy              string // of the error; empty: the token is read
	}{
		{"trusted", url + "?ca=" + ca, "s3cret", ""},
		{"wrong password", url + "?ca=" + ca, "other", core.RemedyRedisAuth},
		{"unknown authority", url, "s3cret", core.RemedyRedisTLS},
		{"another name", url + "?name=redis.example.com&ca=" + ca, "s3cret", core.RemedyRedisTLS},
		{"without TLS", strings.Replace(url, "rediss", "redis", 1), "s3cret", core.RemedyRedisAway},
		{"another user", strings.Replace(url, "reader", "stranger", 1) + "?ca=" + ca, "s3cret", core.RemedyRedisAuth},
	} {
		s := &redistest.Server{URL: tt.url}
		g, err := fetch(t, rediscache.Options{}, account(s, kinds.ProductRedisOfficial, appID, "silenceper", nil), tt.password)
		switch {
		case tt.remedy == "" && (err != nil || g.Value != token):
			t.Errorf("%s: %v", tt.name, err)
		case tt.remedy != "" && (err == nil || core.AsError(err).Remedy != tt.remedy || g.Value != ""):
			t.Errorf("%s: %v", tt.name, err)
		case err != nil && strings.Contains(err.Error(), "s3cret"):
			t.Errorf("%s: tells the password", tt.name)
		}
	}
	s := &redistest.Server{URL: url + "?ca=" + ca}
	_, err := fetch(t, rediscache.Options{}, account(s, kinds.ProductRedisWeCom, corpID, "wechatpy", nil), "s3cret") // its key must be searched
	if err == nil || core.AsError(err).Remedy != core.RemedyRedisACL {
		t.Errorf("a user without +scan: %v", err)
	}
}

// certificate makes one of 127.0.0.1 that signs itself.
func certificate(t *testing.T) (ca, cert, key string) {
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
	secretDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secretDER}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, cert, key
}
