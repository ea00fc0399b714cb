package cli

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// callFlags are the flags of call.
type callFlags struct {
	body    callBody
	headers []string
	show    callShow
	dryRun  bool
	yes     bool
}

func (a *app) callCommand() *cobra.Command {
	f := &callFlags{}
	cmd := &cobra.Command{
		Use: "call NAME[/ENV] [METHOD] PATH",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 3 && word().MatchString(args[1]) {
				return nil
			}
			return counted(cmd, args, 2, "usage.call")
		},
		ValidArgsFunction: a.completeCall,
		RunE: func(cmd *cobra.Command, args []string) error {
			method, target := "", args[len(args)-1]
			if len(args) == 3 {
				method = strings.ToUpper(args[1])
			}
			return a.call(cmd.Context(), f, args[0], method, target)
		},
	}
	s := cmd.Flags()
	s.StringArrayVarP(&f.body.texts, "raw-field", "f", nil, "flag.call_raw_field")
	s.StringArrayVarP(&f.body.typed, "field", "F", nil, "flag.call_field")
	s.StringVar(&f.body.input, "input", "", "flag.call_input")
	s.StringArrayVar(&f.body.form, "form", nil, "flag.call_form")
	s.StringArrayVarP(&f.headers, "header", "H", nil, "flag.call_header")
	s.StringVarP(&f.show.jq, "jq", "q", "", "flag.call_jq")
	s.BoolVarP(&f.show.include, "include", "i", false, "flag.call_include")
	s.StringVar(&f.show.output, "output", "", "flag.call_output")
	s.BoolVar(&f.show.force, "force", false, "flag.call_force")
	s.BoolVar(&f.dryRun, "dry-run", false, "flag.call_dry_run")
	s.BoolVar(&f.yes, "yes", false, "flag.yes")
	_ = cmd.RegisterFlagCompletionFunc("input", completeFile)
	_ = cmd.RegisterFlagCompletionFunc("output", completeFile)
	return cmd
}

// word is the form of a method.
var word = pattern(`^[A-Za-z]+$`)

// call makes a call and prints its answer. It finds all faults of the command line
// before it makes the call.
func (a *app) call(ctx context.Context, f *callFlags, account, method, target string) error {
	if f.show.output != "" {
		if err := a.mayWrite(f.show.output); err != nil {
			return err
		}
	}
	show, err := f.show.ready()
	if err != nil {
		return err
	}
	header, err := headersOf(f.headers)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(target, "/") && !strings.Contains(target, "://") {
		target = "/" + target // as a shell on Windows needs it, which makes a path of its own of /cgi-bin
	}
	sent, err := f.body.build(ctx, a, method)
	if err != nil {
		return err
	}
	defer sent.close()
	if method == "" {
		method = sent.method()
	}
	if target, err = withQuery(target, sent.query); err != nil {
		return err
	}
	if sent.contentType != "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", sent.contentType)
	}
	agent, acc, err := a.findAccount(ctx, account)
	if err != nil {
		return err
	}
	req := api.CallRequest{
		CallHead: api.CallHead{Method: method, Target: target, Header: header, LiveWrite: true, Dry: true},
		Body:     sent.reader, Length: sent.length,
	}
	if f.dryRun || acc.Env == core.Live {
		plan, err := agent.Call(ctx, acc.Ref(), api.CallRequest{CallHead: req.CallHead})
		if err != nil {
			return err
		}
		_ = plan.Body.Close()
		if f.dryRun {
			return a.printPlan(plan.CallResult, sent)
		}
		if !plan.Reading {
			warning := []string{a.say("call.live", "account", acc.Ref(), "call", clean(method+" "+plan.Path))}
			if err := a.confirm(ctx, f.yes, warning, "call.live_ask"); err != nil {
				return err
			}
		}
	}
	req.Dry = false
	answer, err := agent.Call(ctx, acc.Ref(), req)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return a.printAnswer(ctx, answer, show)
}

// headersOf reads headers written NAME: VALUE.
func headersOf(lines []string) (http.Header, error) {
	out := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usage("usage.call_header")
		}
		switch http.CanonicalHeaderKey(strings.TrimSpace(name)) {
		case "Authorization", "Cookie", "Host", "Content-Length", "Range", "Accept-Encoding": // not sent on
			return nil, usage("usage.call_header_own", "name", strings.TrimSpace(name))
		}
		out.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return out, nil
}

// withQuery adds fields to the query of a path.
func withQuery(target string, fields url.Values) (string, error) {
	if strings.Contains(target, "#") {
		return "", usage("usage.call_fragment")
	}
	if len(fields) == 0 {
		return target, nil
	}
	if strings.Contains(target, "?") {
		return target + "&" + fields.Encode(), nil
	}
	return target + "?" + fields.Encode(), nil
}

// printPlan prints what would be sent. It is no call and has no answer.
func (a *app) printPlan(r api.CallResult, sent sentBody) error {
	if a.json {
		return a.printJSON(r.Plan)
	}
	kind := text.Key("call.writes")
	if r.Reading {
		kind = "call.reads"
	}
	a.note(a.say(kind))
	lines := []string{clean(r.Plan.Method + " " + r.Plan.URL)}
	for _, line := range headerLines(r.Plan.Header) {
		lines = append(lines, clean(line))
	}
	if sent.reader != nil {
		lines = append(lines, "", a.say("call.body", "bytes", strconv.FormatInt(sent.length, 10), "type", clean(r.Plan.Header.Get("Content-Type"))))
		if sent.length < 0 {
			lines[len(lines)-1] = a.say("call.body_stream")
		}
		if sent.text != "" {
			lines = append(lines, printable(sent.text))
		}
	}
	return a.print(lines...)
}

// completeCall offers accounts, then calls that the account's product can make: the
// paths of GET, or a method and then its paths.
func (a *app) completeCall(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp
	switch {
	case len(args) == 0:
		return a.refs(cmd), directive
	case len(args) > 2:
		return nil, directive
	}
	method := http.MethodGet
	if len(args) == 2 {
		method = strings.ToUpper(args[1])
	}
	l, _ := a.running(cmd)
	name, env, _ := strings.Cut(args[0], "/")
	if env == "" {
		env = string(l.Active)
	}
	var out []string
	others := map[string]bool{}
	for _, acc := range l.Accounts {
		if acc.Name != name || string(acc.Env) != env {
			continue
		}
		for _, folder := range a.text().Spec(acc.Kind).Samples {
			if !folder.For(acc.Product) {
				continue
			}
			for _, c := range folder.Calls {
				if c.Method != method {
					others[c.Method] = true
					continue
				}
				out = append(out, c.Path+"\t"+a.text().Labelled("starter.call."+c.Key, c.Label, c.Key))
			}
		}
	}
	if len(args) == 1 {
		for _, m := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
			if others[m] {
				out = append(out, m)
			}
		}
	}
	return out, directive
}
