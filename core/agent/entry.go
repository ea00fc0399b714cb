package agent

import (
	"encoding/json"
	"errors"

	"tokentray/core"
)

// entry is what the vault keeps of an account: its secrets, and for whom they
// were entered. Who it is for stands beside the secret and nowhere else, so that
// neither an edit nor a file, an old database or another program's can send it
// to another host: see core.Destination.
type entry struct {
	Secret        string `json:"secret"`
	ProxyPassword string `json:"proxy_password,omitempty"`

	SecretHost string `json:"secret_host,omitempty"` // where Secret may go
	SecretVia  string `json:"secret_via,omitempty"`  // the proxy that may read it
	ProxyHost  string `json:"proxy_host,omitempty"`  // where ProxyPassword may go
}

// with is the entry after a person entered other secrets for a destination; nil
// leaves one as it is, for whom it was entered too.
func (e entry) with(secret, proxyPassword *core.Secret, to core.Destination) entry {
	if secret != nil {
		e.Secret, e.SecretHost, e.SecretVia = secret.Reveal(), to.Host, to.Via
	}
	if proxyPassword != nil {
		e.ProxyPassword, e.ProxyHost = proxyPassword.Reveal(), to.Proxy
	}
	return e
}

// bind says of an entry that does not tell for whom it is, as earlier versions
// wrote it, that it is for the destination that its account has.
func (e entry) bind(to core.Destination) entry {
	if e.SecretHost == "" && e.ProxyHost == "" && e.Secret+e.ProxyPassword != "" {
		e.SecretHost, e.SecretVia, e.ProxyHost = to.Host, to.Via, to.Proxy
	}
	return e
}

// secretFor is who may get the AppSecret.
func (e entry) secretFor() core.Destination {
	return core.Destination{Host: e.SecretHost, Via: e.SecretVia}
}

// release gives what may go to a destination: never an AppSecret that was
// entered for another, and no proxy password to another proxy, which then says
// itself that it wants one.
func (e entry) release(to core.Destination) (core.Credentials, error) {
	if e.Secret == "" {
		return core.Credentials{}, missingSecret()
	}
	if may := e.secretFor(); !may.Takes(to) {
		return core.Credentials{}, may.SecretElsewhere(to)
	}
	out := core.Credentials{Secret: core.NewSecret(e.Secret)}
	if (core.Destination{Proxy: e.ProxyHost}).TakesPassword(to) {
		out.ProxyPassword = core.NewSecret(e.ProxyPassword)
	}
	return out, nil
}

func (e entry) encode() ([]byte, error) {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, core.AsError(errors.New("encode the secret"))
	}
	return raw, nil
}

// isElsewhere reports whether an AppSecret is kept, for another host.
func isElsewhere(err error) bool {
	var e *core.Error
	return errors.As(err, &e) && e.Remedy == core.RemedySecretAgain
}
