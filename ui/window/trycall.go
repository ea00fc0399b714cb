package window

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// tryState is a call that a person tries from the detail, and its answer. It is part of
// the pane's state.
type tryState struct {
	sample string // the key of the chosen call; ownCall: none of them
	method string
	target string            // path and query
	body   string            // JSON
	values map[string]string // of the variables in them

	busy   bool
	wrong  saying      // why it was not sent
	failed *core.Error // why there is no answer
	answer *tryAnswer
}

// ownCall is the choice of a call that is none of the samples.
const ownCall = "own"

// tryAnswer is an answer, as far as it is kept.
type tryAnswer struct {
	api.CallResult
	method string
	took   time.Duration
	text   string // all of it, formatted; empty for what is no text
	raw    []byte // of what is no text
	cut    bool   // it is longer than is kept
	broken *core.Error
}

// Limits of an answer.
const (
	maxAnswer  = 1 << 20 // bytes that are kept
	shownLines = 60      // lines that are drawn
	shownBytes = 6 << 10
)

// variable matches a variable of a sample call: {{openid}}.
var variable = regexp.MustCompile(`\{\{([a-z][a-z0-9_]*)\}\}`)

// variables are the variables of the call, each once.
func (s *tryState) variables() []string {
	var out []string
	for _, m := range variable.FindAllStringSubmatch(s.target+" "+s.body, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// hasBody reports whether a method has a body.
func hasBody(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// samplesOf are the sample calls of an account's product, by folder.
func samplesOf(spec kinds.Spec, p core.Product) []kinds.Folder {
	var out []kinds.Folder
	for _, f := range spec.Samples {
		if f.For(p) {
			out = append(out, f)
		}
	}
	if len(out) == 0 && spec.TryPath != "" {
		path, _, _ := strings.Cut(spec.TryPath, "?")
		out = append(out, kinds.Folder{Key: string(spec.Kind), Label: spec.Label, Calls: []kinds.Call{{Key: "try", Label: kinds.Label{"en": "GET " + path}, Method: http.MethodGet, Path: spec.TryPath}}})
	}
	return out
}

// tryChoices are the calls to choose from.
func tryChoices(ui *kit.UI, folders []kinds.Folder) []kit.Choice {
	var out []kit.Choice
	for _, f := range folders {
		group := ui.Words.Labelled("starter.group."+f.Key, f.Label, f.Key)
		for _, c := range f.Calls {
			out = append(out, kit.Choice{Value: c.Key, Label: ui.Words.Labelled("starter.call."+c.Key, c.Label, c.Key), Group: group})
		}
	}
	return append(out, kit.Choice{Value: ownCall, Label: ui.T("try.own"), Group: ui.T("try.own.group")})
}

// choose takes a sample call. What the account has for its variables is filled in.
func (s *tryState) choose(spec kinds.Spec, a api.Account, key string) {
	*s = tryState{sample: key, method: http.MethodGet, values: map[string]string{}}
	for _, f := range samplesOf(spec, a.Product) {
		for _, c := range f.Calls {
			if c.Key != key {
				continue
			}
			s.method, s.target, s.body = c.Method, c.Path, c.Body
			for i, q := range c.Query {
				sign := "&"
				if i == 0 && !strings.Contains(c.Path, "?") {
					sign = "?"
				}
				s.target += sign + q.Name + "=" + q.Value
			}
		}
	}
	for _, name := range s.variables() {
		for _, f := range spec.Fields {
			if f.Input != kinds.SecretText && f.Key != kinds.Secret && (f.Key == name || slices.Contains(f.Names, name)) {
				s.values[name] = f.Value(a.Account)
			}
		}
	}
}

// filled is the call with its variables filled in, or what is wrong with it.
func (s *tryState) filled(ui *kit.UI) (method, target, body, wrong string) {
	for _, name := range s.variables() {
		if s.values[name] == "" {
			return "", "", "", ui.T("try.fill", "name", name)
		}
	}
	fill := func(in string, write func(string) string) string {
		return variable.ReplaceAllStringFunc(in, func(m string) string { return write(s.values[m[2:len(m)-2]]) })
	}
	target = fill(strings.TrimSpace(s.target), url.QueryEscape)
	if !strings.HasPrefix(target, "/") {
		return "", "", "", ui.T("try.no_path")
	}
	if hasBody(s.method) {
		body = fill(strings.TrimSpace(s.body), func(v string) string {
			raw, _ := json.Marshal(v)
			return string(raw[1 : len(raw)-1]) // it stands between quotes
		})
		if body != "" && !json.Valid([]byte(body)) {
			return "", "", "", ui.T("try.json")
		}
	}
	return s.method, target, body, ""
}

// sendTry sends the call in the pane. One that may change something is asked about, at
// a live account twice.
func (pn *pane) sendTry() {
	s, a := &pn.state.try, pn.state.account
	if s.busy {
		return
	}
	method, target, body, wrong := s.filled(pn.ui)
	if s.wrong, s.failed = nil, nil; wrong != "" {
		s.wrong = func(ui *kit.UI) string {
			_, _, _, wrong := s.filled(ui)
			return wrong
		}
		pn.fillDetail()
		return
	}
	s.busy, s.answer = true, nil
	pn.fillDetail()
	head := api.CallHead{Method: method, Target: target, Header: http.Header{}}
	if body != "" {
		head.Header.Set("Content-Type", "application/json")
	}
	ref, current := a.Ref(), pn.tryingNow()
	dry := head
	dry.Dry, dry.LiveWrite = true, true
	ask(pn.shell, quickWait, func(ctx context.Context, g Agent) (api.CallResult, error) {
		plan, err := g.Call(ctx, ref, api.CallRequest{CallHead: dry})
		if err == nil {
			_ = plan.Body.Close()
		}
		return plan.CallResult, err
	}, func(plan api.CallResult, err *core.Error) {
		if !current() {
			return
		}
		switch {
		case err != nil:
			pn.tried(nil, err)
		case plan.Reading:
			pn.makeTry(ref, head, body, current)
		default:
			pn.askTry(ref, head, plan.Path, func() {
				head.LiveWrite = a.Env == core.Live
				pn.makeTry(ref, head, body, current)
			})
		}
	})
}

// tryingNow returns whether the pane still waits for the call that is being sent now.
func (pn *pane) tryingNow() func() bool {
	id := pn.state.account.ID
	pn.tries++
	n := pn.tries
	return func() bool { return pn.state.account.ID == id && pn.tries == n && pn.state.try.busy }
}

// askTry asks before a call that may change something, and once more where that is
// production.
func (pn *pane) askTry(ref api.Ref, head api.CallHead, path string, yes func()) {
	call := kit.MiddleCut(head.Method+" "+path, 80)
	no := func() {
		pn.state.try.busy = false
		pn.fillDetail()
	}
	live := ref.Env == core.Live
	pn.questionOr(func(ui *kit.UI) question {
		return question{title: ui.T("try.ask", "call", call), body: ui.T("try.ask.say", "account", refWords(ref)), yes: ui.T("try.send"), live: live, role: kit.Filled}
	}, no, func() {
		if !live {
			yes()
			return
		}
		pn.questionOr(func(ui *kit.UI) question {
			return question{title: ui.T("try.live"), body: ui.T("try.live.say", "account", refWords(ref), "call", call), yes: ui.T("try.live.go"), live: true, role: kit.Danger}
		}, no, yes)
	})
}

// makeTry makes the call.
func (pn *pane) makeTry(ref api.Ref, head api.CallHead, body string, current func() bool) {
	ask(pn.shell, upstreamWait, func(ctx context.Context, g Agent) (*tryAnswer, error) {
		req := api.CallRequest{CallHead: head}
		if body != "" {
			req.Body, req.Length = strings.NewReader(body), int64(len(body))
		}
		began := time.Now()
		got, err := g.Call(ctx, ref, req)
		if err != nil {
			return nil, err
		}
		return readTry(head.Method, got, began), nil
	}, func(answer *tryAnswer, err *core.Error) {
		if current() {
			pn.tried(answer, err)
		}
	})
}

// tried shows the answer of the call, or why there is none.
func (pn *pane) tried(answer *tryAnswer, err *core.Error) {
	s := &pn.state.try
	s.busy, s.answer, s.failed = false, answer, err
	pn.fillDetail()
}

// readTry reads as much of an answer as is kept.
func readTry(method string, got api.CallAnswer, began time.Time) *tryAnswer {
	defer func() { _ = got.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	out := &tryAnswer{CallResult: got.CallResult, method: method, took: time.Since(began), broken: core.AsError(err)}
	if len(raw) > maxAnswer {
		raw, out.cut = raw[:maxAnswer], true
	}
	if text, ok := textOf(raw, out.cut); ok {
		out.text = text
	} else {
		out.raw = raw
	}
	return out
}

// textOf is an answer as people read it, JSON with its parts on lines of their own; false
// for what is no text.
func textOf(raw []byte, cut bool) (string, bool) {
	plain := bytes.TrimPrefix(bytes.TrimSpace(raw), []byte("\xef\xbb\xbf"))
	var pretty bytes.Buffer
	if len(plain) > 0 && (plain[0] == '{' || plain[0] == '[') && json.Indent(&pretty, plain, "", "  ") == nil {
		plain = pretty.Bytes()
	}
	for n := 1; cut && n < utf8.UTFMax && n <= len(plain); n++ { // the last character is cut
		if head := plain[:len(plain)-n]; !utf8.Valid(plain) && utf8.Valid(head) {
			plain = head
		}
	}
	if !utf8.Valid(plain) || bytes.IndexByte(plain, 0) >= 0 {
		return "", false
	}
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, string(plain)), true
}

// excerpt is what is drawn of a text, and how many lines are left.
func excerptOf(text string) (shown string, left int) {
	lines := strings.Split(text, "\n")
	n, size := 0, 0
	for n < len(lines) && n < shownLines && size < shownBytes {
		size += len(lines[n]) + 1
		n++
	}
	shown = strings.Join(lines[:n], "\n")
	if len(shown) > 2*shownBytes { // one long line
		end := 2 * shownBytes
		for end > 0 && !utf8.RuneStart(shown[end]) {
			end--
		}
		return shown[:end] + "…", len(lines) - n
	}
	return shown, len(lines) - n
}

// saveTry writes an answer that is no text into a new file.
func (pn *pane) saveTry() {
	answer := pn.state.try.answer
	if answer == nil || len(answer.raw) == 0 {
		return
	}
	path := freePath(exportFolder(), "tokentray-"+exportSafe(pn.state.account.Name)+ending(answer.Header.Get("Content-Type")))
	pn.work.Go(func() {
		path, err := writeNew(path, string(answer.raw))
		pn.do(func() {
			if err != nil {
				pn.showMessage(message{Text: pn.ui.T("export.failed", "cause", cause(pn.ui, err)), Bad: true, Until: pn.now().Add(errorTime)})
				return
			}
			pn.showInfo(pn.ui.T("try.saved", "file", shortPath(path)))
		})
	})
}

// ending is the ending of a file of a media type.
func ending(mediaType string) string {
	kind, _, _ := strings.Cut(mediaType, ";")
	if i := slices.Index([]string{"image/jpeg", "image/png", "image/gif", "audio/mpeg", "video/mp4", "application/zip"}, strings.TrimSpace(kind)); i >= 0 {
		return []string{".jpg", ".png", ".gif", ".mp3", ".mp4", ".zip"}[i]
	}
	return ".bin"
}
