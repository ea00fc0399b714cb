package preset

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Parse reads the file of a user's preset. taken says which names are not to be had:
// those of the kinds of this version. What is wrong is told all at once, by line.
func Parse(file []byte, taken func(core.Kind) bool) (Preset, Faults) {
	p, faults := parse(file, func(p Preset, r *reader, o object) {
		if taken(p.Kind) {
			r.fault(o.lineOf("name", ""), "name", FaultBuiltin, string(p.Kind))
		}
		r.strangers(p, o)
	})
	return p, faults
}

// parse reads a file; further says what else is wrong with it.
func parse(file []byte, further func(Preset, *reader, object)) (Preset, Faults) {
	tree, err := readTree(file)
	if err != nil {
		return Preset{}, asFaults(err)
	}
	if tree.kind != '{' {
		return Preset{}, Faults{{Line: tree.line, Code: FaultObject}}
	}
	r := &reader{}
	o := r.object(tree, "", "name", "label", "method", "url", "hosts", "encoding", "fields", "headers",
		"token", "expires", "life", "code", "text", "success", "success_without_code", "refusals",
		"repeat", "renew_before", "old_token_lives", "use", "dead", "dead_status", "works", "check", "reads", "closed", "samples",
		"console", "quota", "day", "id", "secret", "names", "notes")
	p := Preset{File: slices.Clone(file)}
	r.identity(&p, o)
	r.request(&p.Request, o)
	r.answer(&p, o)
	r.behaviour(&p, o)
	r.use(&p, o)
	further(p, r, o)
	if len(r.faults) == 0 {
		if _, err := kinds.New(p.Spec()); err != nil {
			r.fault(tree.line, "", FaultSpec, strings.TrimPrefix(err.Error(), "kind "+strconv.Quote(string(p.Kind))+": "))
		}
	}
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
		return Preset{}, r.faults
	}
	return p, nil
}

// identity reads what the kind is called.
func (r *reader) identity(p *Preset, o object) {
	if name, line := o.text("name", true); name != "" {
		p.Kind = core.Kind(name)
		if len(name) > 40 || !kindName.MatchString(name) {
			r.fault(line, "name", FaultName, "")
		}
	}
	p.Label = o.label("label")
	if len(p.Label) == 0 {
		p.Label = kinds.Label{"en": string(p.Kind)}
	}
	p.Names = o.words("names")
	p.ID, p.Secret = r.input(o, "id"), r.input(o, "secret")
	if url, line := o.text("console", false); url != "" {
		if core.CheckURL(url) != "" || !strings.HasPrefix(url, "https://") {
			r.fault(line, "console", FaultURL, "")
		}
		p.Console = url
	}
	_ = o.values("notes") // for those who read the file
	p.Quota = o.number("quota", 1, 1_000_000_000)
	if zone, line := o.text("day", false); zone != "" {
		if p.Day = core.Zone(zone); !p.Day.Valid() {
			r.fault(line, "day", FaultZone, "")
		}
	}
}

func (r *reader) input(o object, key string) Input {
	n, has := o.get(key)
	if !has {
		return Input{}
	}
	in := r.object(n, key, "label", "hint", "names")
	out := Input{Label: in.label("label"), Names: in.words("names")}
	out.Hint, _ = in.text("hint", false)
	return out
}

// answer reads where the parts of an answer stand.
func (r *reader) answer(p *Preset, o object) {
	a := &p.Answer
	a.Token = o.path("token", true)
	a.Life, a.Code, a.Text = o.path("expires", false), o.path("code", false), o.path("text", false)
	a.Fixed = o.duration("life", 0)
	if _, has := o.get("expires"); !has && a.Fixed == 0 {
		if _, has := o.get("life"); !has {
			r.fault(o.line, "expires", FaultMissing, "")
		}
	}
	a.Success = o.values("success")
	a.Absent = o.flag("success_without_code") || len(a.Success) == 0
	if n, has := o.get("success"); has && a.Code == "" {
		r.fault(n.line, "success", FaultCode, "")
	}
	if n, has := o.get("refusals"); has {
		in := r.object(n, "refusals", refusalNames()...)
		p.Refusals = map[string][]string{}
		for _, name := range refusalNames() {
			if codes := in.values(name); len(codes) > 0 {
				p.Refusals[name] = codes
			}
		}
	}
}

// behaviour reads what asking again does.
func (r *reader) behaviour(p *Preset, o object) {
	var repeats []string
	for _, one := range core.Repeats() {
		repeats = append(repeats, string(one))
	}
	if _, line := o.text("repeat", true); line > 0 {
		p.Repeat = core.Repeat(o.choice("repeat", "", repeats...))
	}
	p.RenewBefore = o.duration("renew_before", renewBefore)
	p.OldLives = o.duration("old_token_lives", 0)
}

// use reads how calls carry the token, and what they may be.
func (r *reader) use(p *Preset, o object) {
	n, has := o.get("use")
	if !has {
		r.fault(o.line, "use", FaultMissing, "")
		return
	}
	in := r.object(n, "use", "header", "query", "prefix", "host")
	p.Use.Header, _ = in.text("header", false)
	p.Use.Query, _ = in.text("query", false)
	p.Use.Prefix, _ = in.text("prefix", false)
	if (p.Use.Header == "") == (p.Use.Query == "") {
		r.fault(n.line, "use", FaultPlace, "")
	}
	p.APIHost = r.host(in, "host")
	if check, line := o.text("check", false); check != "" {
		if p.Check = check; !callPath.MatchString(check) || strings.ContainsAny(check, "{}*") {
			r.fault(line, "check", FaultCallPath, "")
		}
	}
	p.Dead = r.dead(o)
	p.Works = r.works(o, kinds.Spec{Dead: p.Dead})
	p.Reads, p.Closed = o.patterns("reads"), o.patterns("closed")
	p.Samples = r.samples(p, o)
}

// dead reads the answers to a call that mean that its token is dead.
func (r *reader) dead(o object) []kinds.Answer {
	out := r.codes(o, "dead")
	for _, status := range o.values("dead_status") {
		code, err := strconv.Atoi(status)
		if err != nil || code < 400 || code > 599 {
			r.fault(o.lineOf("dead_status", ""), "dead_status", FaultNumber, "400–599")
			continue
		}
		out = append(out, kinds.Answer{Status: code})
	}
	return out
}

// works reads the codes of a call that worked. A code cannot mean that its token is
// dead as well.
func (r *reader) works(o object, dead kinds.Spec) []kinds.Answer {
	out := r.codes(o, "works")
	for _, a := range out {
		if slices.ContainsFunc(a.Values, func(v string) bool { return dead.IsDead(a.Field, v) }) {
			r.fault(o.lineOf("works", a.Field), "works."+a.Field, FaultBoth, "dead")
		}
	}
	return out
}

// codes are lists of codes by the path at which an answer has them.
func (r *reader) codes(o object, field string) []kinds.Answer {
	n, has := o.get(field)
	if !has {
		return nil
	}
	if n.kind != '{' {
		r.fault(n.line, field, FaultType, "object")
		return nil
	}
	var out []kinds.Answer
	in := r.object(n, field, keys(n)...)
	for _, key := range keys(n) {
		if !isPath(key) {
			r.fault(in.fields[key].line, field+"."+key, FaultPath, "")
		}
		out = append(out, kinds.Answer{Field: key, Values: in.values(key)})
	}
	return out
}

// samples are calls to begin with, in one folder of the kind's name.
func (r *reader) samples(p *Preset, o object) []kinds.Folder {
	n, has := o.get("samples")
	if !has {
		return nil
	}
	if n.kind != '[' {
		r.fault(n.line, "samples", FaultType, "list")
		return nil
	}
	folder := kinds.Folder{Key: string(p.Kind), Label: p.Label}
	for i, item := range n.items {
		at := "samples." + strconv.Itoa(i+1)
		in := r.object(item, at, "name", "label", "call", "body")
		var c kinds.Call
		name, line := in.text("name", true)
		if c.Key = name; name != "" && !kindName.MatchString(name) {
			r.fault(line, at+".name", FaultName, "")
		}
		c.Label = in.label("label")
		call, line := in.text("call", true)
		method, path, ok := strings.Cut(call, " ")
		if call != "" && (!ok || !methodName.MatchString(method) || !callPath.MatchString(path)) {
			r.fault(line, at+".call", FaultPattern, "")
		}
		c.Method, c.Path = method, path
		c.Body, _ = in.text("body", false)
		folder.Calls = append(folder.Calls, c)
	}
	return []kinds.Folder{folder}
}

// The shapes of what stands in a file.
var (
	kindName   = regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`)
	jsonPath   = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
	callPath   = regexp.MustCompile(`^/[A-Za-z0-9_.~!&=,;:@%?{}*/-]*$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	methodName = regexp.MustCompile(`^(GET|HEAD|POST|PUT|PATCH|DELETE)$`)
	holders    = regexp.MustCompile(`\{\{[^{}]*\}\}`)
)

// The limits of a path and of a name in it. They are no part of the patterns: a
// repeat that is counted takes 0.1 MB in every process.
const (
	longestName = 100 // bytes
	mostNames   = 8
)

// isPath reports whether a text names a member of a JSON object, or one in it:
// names with dots between them.
func isPath(text string) bool {
	names := strings.Split(text, ".")
	long := func(name string) bool { return len(name) > longestName }
	return jsonPath.MatchString(text) && len(names) <= mostNames && !slices.ContainsFunc(names, long)
}

// refusalNames are what a code of a refusal can mean.
func refusalNames() []string {
	return []string{"secret", "appid", "whitelist", "frozen", "quota", "permission", "busy"}
}

// path is a path in an answer.
func (o object) path(key string, must bool) upstream.Path {
	text, line := o.text(key, must)
	if text != "" && !isPath(text) {
		o.r.fault(line, o.name(key), FaultPath, "")
	}
	return upstream.Path(text)
}

// duration reads 24h, 5m, 90s or a number of seconds, from a second to a year.
func (o object) duration(key string, without time.Duration) time.Duration {
	n, has := o.get(key)
	if !has {
		return without
	}
	d, err := time.ParseDuration(n.text)
	if n.kind == '0' {
		d, err = time.ParseDuration(n.text + "s")
	}
	if n.kind != '"' && n.kind != '0' || err != nil || d < time.Second || d > upstream.MaxLife {
		o.r.fault(n.line, o.name(key), FaultDuration, "")
		return without
	}
	return d
}
