package cli

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/idna"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/sidecar"
)

// openAPI is the proxy of --open-api, by which a command written for the
// 开放接口服务 of 微信云托管 makes its calls.
type openAPI struct {
	app      *app
	ref      api.Ref
	listener net.Listener
	proxy    *sidecar.Proxy
	key      core.Secret
	hosts    []string // the account's, as programs send them

	mu    sync.Mutex
	agent api.Agent // that answered last
}

// startOpenAPI listens for a command that is to call for an account. The key that the
// command shows is drawn here and ends with the proxy.
func (a *app) startOpenAPI(ctx context.Context, agent api.Agent, f *execFlags) (*openAPI, error) {
	ref, err := a.ref(f.openAPI)
	if err != nil {
		return nil, err
	}
	acc, err := agent.Account(ctx, ref)
	if err != nil {
		return nil, err
	}
	spec := a.text().Spec(acc.Kind)
	key, _ := core.NewClientSecret()
	o := &openAPI{app: a, ref: acc.Ref(), key: key, agent: agent}
	// Code names the upstream's own host, even if the account has another, such as a
	// simulator or a gateway.
	for _, base := range []string{spec.API(acc.Account), spec.API(core.Account{Kind: acc.Kind, Product: acc.Product})} {
		u, err := url.Parse(base)
		if err != nil || u.Hostname() == "" || core.Loopback(u.Hostname()) {
			continue
		}
		host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		if ascii, err := idna.Lookup.ToASCII(host); err == nil { // as programs send it
			host = ascii
		}
		if !slices.Contains(o.hosts, host) {
			o.hosts = append(o.hosts, host)
		}
	}
	if len(o.hosts) == 0 {
		return nil, usage("usage.exec_no_host", "account", acc.Ref().String())
	}
	if o.listener, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		return nil, &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: "no port of the loopback can be had for the proxy", Err: err}
	}
	o.proxy = sidecar.New(sidecar.Config{Key: key, Hosts: o.hosts, Call: o.call, LiveWrite: f.liveWrite})
	return o, nil
}

// run serves until ctx ends.
func (o *openAPI) run(ctx context.Context) { o.proxy.Serve(ctx, o.listener) }

// call makes a call by the agent. One that ended meanwhile is started again, and asked
// again what has no body and certainly only reads.
func (o *openAPI) call(ctx context.Context, req api.CallRequest) (api.CallAnswer, error) {
	o.mu.Lock()
	agent := o.agent
	o.mu.Unlock()
	answer, err := agent.Call(ctx, o.ref, req)
	if err == nil || ctx.Err() != nil || exitCode(ctx, err) != exitNoAgent && core.AsError(err).Remedy != core.RemedyAgentEnded {
		return answer, err
	}
	next, failed := o.app.Connect(ctx, o.app.home, true)
	if failed != nil {
		return answer, err
	}
	o.mu.Lock()
	o.agent = next
	o.mu.Unlock()
	dry := api.CallRequest{CallHead: req.CallHead}
	dry.Dry = true
	plan, failed := next.Call(ctx, o.ref, dry)
	if failed != nil {
		return answer, err
	}
	_ = plan.Body.Close()
	if req.Length != 0 || !plan.Reading {
		return answer, err
	}
	return next.Call(ctx, o.ref, req)
}

// env is an environment whose programs send plain HTTP to the proxy. An agent that one
// of them starts outlives the proxy, and gets neither its address nor its key.
func (o *openAPI) env(env []string) []string {
	proxy := url.URL{Scheme: "http", User: url.UserPassword("tokentray", o.key.Reveal()), Host: o.listener.Addr().String()}
	for _, name := range []string{"HTTP_PROXY", "http_proxy"} {
		env = format.MarkEnv(setEnv(env, name, proxy.String()), name)
	}
	var direct string
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		for _, entry := range env {
			if value, ok := strings.CutPrefix(entry, name+"="); ok && value != "" {
				direct = value
			}
		}
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		env = setEnv(env, name, withoutProxied(direct, o.hosts))
	}
	return setEnv(env, "NODE_USE_ENV_PROXY", "1")
}

// withoutProxied is a NO_PROXY list without the entries that cover hosts for the proxy,
// and with the loopback.
func withoutProxied(list string, hosts []string) string {
	out := []string{"localhost", "127.0.0.1", "::1"}
	for entry := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if !slices.ContainsFunc(hosts, func(host string) bool { return covers(entry, host) }) && !slices.Contains(out, entry) {
			out = append(out, entry)
		}
	}
	return strings.Join(out, ",")
}

// covers reports whether an entry of NO_PROXY is for a host, in lower case: its name or
// the end of it, its address, or a network with it.
func covers(entry, host string) bool {
	entry = strings.ToLower(entry)
	ip := net.ParseIP(host)
	if _, network, err := net.ParseCIDR(entry); err == nil {
		return ip != nil && network.Contains(ip)
	}
	if name, _, err := net.SplitHostPort(entry); err == nil {
		entry = name
	}
	if address := net.ParseIP(strings.Trim(entry, "[]")); address != nil {
		return address.Equal(ip)
	}
	name := strings.Trim(strings.TrimPrefix(entry, "*"), ".")
	if ascii, err := idna.Lookup.ToASCII(name); err == nil { // as Go's programs read it
		name = ascii
	}
	return name == "" || host == name || strings.HasSuffix(host, "."+name)
}
