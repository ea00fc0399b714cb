package sim

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"time"
)

// contentType is upstream's; the parameter is its own invention.
const contentType = "application/json; encoding=utf-8"

// refusal is an errcode with its text.
type refusal struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}

const useStable = "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"

// textOf is upstream's message for an errcode, without the request ID. The messages
// of 40243, 50007 and 8950x are unknown; those here say what the documentation says.
func textOf(code int, path string, ip netip.Addr) string {
	switch code {
	case -1:
		return "system error"
	case 40001:
		return "invalid credential, access_token is invalid or not latest, " + useStable
	case 40002:
		return "invalid grant_type"
	case 40013:
		return "invalid appid"
	case 40014:
		return "invalid access_token"
	case 40125:
		return "invalid appsecret"
	case 40164:
		return fmt.Sprintf("invalid ip %s ipv6 %s, not in whitelist", ip, asIPv6(ip))
	case 40243:
		return "appsecret is frozen"
	case 40097:
		return "invalid args"
	case 41001:
		return "access_token missing"
	case 41002:
		return "appid missing"
	case 41004:
		return "appsecret missing"
	case 42001:
		return "access_token expired"
	case 43002:
		return "require POST method"
	case 44002:
		return "empty post data"
	case 45009:
		if path == pathLegacy {
			return "reach max api daily quota limit, " + useStable
		}
		return "reach max api daily quota limit"
	case 45011:
		return "api minute-quota reach limit  mustslower  retry next minute"
	case 47001:
		return "data format error"
	case 48001:
		return "api unauthorized"
	case 48006:
		return "forbid to clear quota because of reaching the limit"
	case 50002:
		return "user limited"
	case 50004:
		return "user not allow to use accesstoken, maybe for punishment"
	case 50007:
		return "user is frozen"
	case 61004:
		return fmt.Sprintf("access clientip is not registered requestIP: %s", ip)
	case 61024:
		return "must use api(api_component_token) to  get token for component acct"
	case 76001:
		return "rid not found"
	case 76002:
		return "invalid rid"
	case 76003:
		if path == pathRID {
			return "rid not belong to this account"
		}
		return "cgi_path must start with /"
	case 76021:
		return "cgi_path not found, please check"
	case 76022:
		return "could not use this cgi_path, no permission"
	case 89501, 89503, 89504, 89505:
		return fmt.Sprintf("ip %s needs the confirmation of the admin", ip)
	case 89506, 89507:
		return fmt.Sprintf("ip %s was refused by the admin", ip)
	}
	return "error"
}

func asIPv6(ip netip.Addr) string {
	if ip.Is4() {
		return "::ffff:" + ip.String()
	}
	return ip.String()
}

// rid is a request ID: the time in hexadecimal seconds, then random digits.
func rid(now time.Time) string {
	var b [8]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return fmt.Sprintf("%08x-%x-%x", uint32(now.Unix()), b[:4], b[4:])
}

// refuse answers with an errcode, as upstream does: with status 200. s.mu is held.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, acc *account, code int, ip netip.Addr, now time.Time) {
	id := rid(now)
	said := refusal{code, textOf(code, r.URL.Path, ip) + " rid: " + id}
	raw, _ := json.Marshal(said) // a number and a text
	s.remember(refused{rid: id, owner: acc, at: now, query: harmless(r), body: string(raw), ip: ip})
	answer(w, said)
}

// grant answers with a token. The remaining life is in whole seconds, rounded down,
// so that nobody trusts a token for longer than it lives.
func grant(w http.ResponseWriter, m minted, now time.Time) {
	answer(w, struct {
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"`
	}{m.value, int64(m.expires.Sub(now) / time.Second)})
}

func answer(w http.ResponseWriter, v any) {
	raw, _ := json.Marshal(v) // strings and numbers always marshal
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(raw) // without a line end, and the caller may be gone
}

// gatewayPage is what a gateway in front of upstream sends when it fails.
const gatewayPage = `<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>`
