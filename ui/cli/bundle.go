package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// Machine is what a report says about this machine, and what it must hide.
type Machine struct {
	System  string   // the distribution or the system's name
	Kernel  string   // its version
	Log     []string // the last lines of the agent's log, unchanged
	Private []string // words that identify the machine: user, host, folders
}

// bundleTime is how long the agent may take for a report's data.
const bundleTime = 10 * time.Second

// bundle shows a report for a bug report, asks, and writes it. The report is in
// English, for those who read it.
func (a *app) bundle(ctx context.Context, o DoctorOptions, findings []Finding, path string, yes bool) error {
	if path == "" {
		path = "tokentray-report-" + a.Now().Format("20060102-150405") + ".txt"
	}
	if err := a.mayOut(path, false); err != nil {
		return err
	}
	report := a.bundleText(ctx, o, findings)
	if !yes {
		if !a.Term.InIsTerminal() || a.json {
			return usage("usage.need_yes")
		}
		_, _ = fmt.Fprint(a.Term.Err(), report)
	}
	if err := a.confirm(ctx, yes, nil, "doctor.bundle_ask", "file", clean(path)); err != nil {
		return err
	}
	if err := writeOut(path, []byte(report), false); err != nil {
		return err
	}
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if a.json {
		return a.printJSON(struct {
			File string `json:"file"`
		}{path})
	}
	a.note(a.say("doctor.bundle_wrote", "file", clean(path)))
	return nil
}

// reporter writes one report.
type reporter struct {
	*app
	out    strings.Builder
	hide   *hider
	now    time.Time
	list   api.List
	status api.Status
	agent  api.Agent // nil: none runs
}

// bundleText is a whole report. It names nobody and nothing of the user's: accounts
// have numbers, and lines of the log go through a hider.
func (a *app) bundleText(ctx context.Context, o DoctorOptions, findings []Finding) string {
	ctx, cancel := context.WithTimeout(ctx, bundleTime)
	defer cancel()
	r := &reporter{app: a, now: a.Now()}
	var machine Machine
	if a.Machine != nil {
		machine = a.Machine(a.home)
	}
	var absent error
	if r.agent, absent = a.Connect(ctx, a.home, false); absent == nil {
		if r.status, absent = r.agent.Status(ctx); absent == nil {
			r.list, absent = r.agent.List(ctx)
		}
	}
	keys := 0
	words := append(slices.Clone(machine.Private), hostOf(o.BaseURL))
	for _, f := range findings {
		for i := 0; i+1 < len(f.Args); i += 2 {
			if f.Args[i] == "user" {
				words = append(words, fmt.Sprint(f.Args[i+1]))
			}
		}
	}
	if absent == nil {
		made, _ := r.agent.ClientKeys(ctx) // unknown values are left out
		keys = len(made)
		for _, k := range made {
			words = append(words, k.Name)
		}
	}
	r.hide = newHider(words, r.list.Accounts, a.ownKinds(), a.kinds())

	r.head("TokenTray report", r.now.Format(time.RFC3339))
	r.row("command", a.Version)
	r.row("built with", runtime.Version()+" for "+runtime.GOOS+"/"+runtime.GOARCH)
	r.row("system", strings.TrimSpace(machine.System+" "+machine.Kernel))
	r.row("desktop", r.desktopWords())
	r.row("locale", cmp.Or(a.Getenv("LC_ALL"), a.Getenv("LC_MESSAGES"), a.Getenv("LANG")))
	r.findings(findings)
	r.head("Agent", "")
	if absent != nil {
		r.row("answers", "no: "+r.hide.text(absent.Error()))
	} else {
		r.running(keys)
		r.settings()
		r.accounts(ctx)
	}
	r.head("Log", fmt.Sprintf("the last %d lines", len(machine.Log)))
	for _, line := range machine.Log {
		r.out.WriteString(r.hide.logLine(line) + "\n")
	}
	return r.out.String()
}

func (r *reporter) head(title, more string) {
	if r.out.Len() > 0 {
		title = "\n" + title
	}
	if more != "" {
		title += ", " + more
	}
	r.out.WriteString(title + "\n")
}

func (r *reporter) row(name, value string) {
	fmt.Fprintf(&r.out, "  %-16s %s\n", name, clean(cmp.Or(value, "-")))
}

// desktopWords name the desktop, not where its sockets are.
func (r *reporter) desktopWords() string {
	out := []string{}
	for _, name := range []string{"XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE"} {
		if v := r.Getenv(name); v != "" {
			out = append(out, r.hide.text(v))
		}
	}
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "SSH_CONNECTION"} {
		if r.Getenv(name) != "" {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

func (r *reporter) findings(findings []Finding) {
	r.head("Doctor", "")
	english := r.text().In(text.English)
	for _, f := range findings {
		f.Args = slices.Clone(f.Args)
		for i, arg := range f.Args {
			if s, ok := arg.(string); ok {
				f.Args[i] = r.hide.text(s)
			}
		}
		says, fix := r.wordsOf(english, f)
		r.row(string(f.Level)+" "+f.Check, r.hide.shapes(strings.TrimSpace(says+" "+fix)))
	}
}

func (r *reporter) running(keys int) {
	s := r.status
	r.row("version", s.Version+", API "+strconv.Itoa(s.API))
	r.row("runs for", r.now.Sub(s.StartedAt).Round(time.Second).String())
	r.row("vault", s.Vault.Kind+", "+s.Vault.State+errorWords(r.hide, s.Vault.Error)+suffix(", ", s.Vault.Warning))
	r.row("tray", s.Tray)
	r.row("clipboard", s.Clipboard+map[bool]string{true: ", holds a copy", false: ""}[r.list.Clipboard.HasOurs()])
	r.row("local API", fmt.Sprintf("%s, %d client keys", s.Loopback, keys))
	r.row("windows", strconv.Itoa(s.Windows))
	if s.Notice != "" || len(s.Recovered) > 0 {
		r.row("restored", fmt.Sprintf("%s, %d accounts from the vault", s.Notice, len(s.Recovered)))
	}
	if s.Demo {
		r.row("demo", "yes")
	}
}

func (r *reporter) settings() {
	r.head("Settings", "")
	r.row("active", string(r.list.Active)+map[bool]string{true: ", everything paused", false: ""}[r.list.PausedAll])
	for _, key := range core.SettingKeys() {
		if v, ok := r.list.Settings.Get(key); ok {
			fmt.Fprintf(&r.out, "  %-16s %s\n", key, clean(v))
		}
	}
}

// maxTold is how many accounts a report describes, each in a few lines; it gives
// only the number of the others.
const maxTold = 100

func (r *reporter) accounts(ctx context.Context) {
	r.head("Accounts", strconv.Itoa(len(r.list.Accounts)))
	for i, acc := range r.list.Accounts {
		if i == maxTold {
			fmt.Fprintf(&r.out, "  and %d more\n", len(r.list.Accounts)-maxTold)
			return
		}
		r.account(i, acc)
		history, _ := r.agent.History(ctx, acc.Ref(), api.HistoryQuery{Since: r.now.Add(-24 * time.Hour)})
		if words := historyWords(history); words != "" {
			fmt.Fprintf(&r.out, "    in 24 h: %s\n", words)
		}
	}
}

func (r *reporter) account(i int, acc api.Account) {
	said := []string{r.hide.kind(acc.Kind), string(acc.Env), string(acc.StateAt(r.now))}
	if acc.Mask != "" {
		said = append(said, fmt.Sprintf("%s left of %d s", acc.Remaining(r.now).Round(time.Second), acc.Life))
	}
	for word, holds := range map[string]bool{
		"no background renewal": !acc.Auto, "fetching live allowed": acc.AllowLive, "waits for consent": acc.NeedsConsent,
		"a base URL of its own": acc.BaseURL != "", "a proxy": acc.Proxy != "", "a CA of its own": acc.CA != "", "a token before it": acc.Previous != nil,
	} {
		if holds {
			said = append(said, word)
		}
	}
	slices.Sort(said[3:])
	calls, forced := acc.Counts(r.now)
	said = append(said, fmt.Sprintf("%d calls today, %d forced", calls, forced))
	fmt.Fprintf(&r.out, "  %s: %s\n", numbered(i), strings.Join(said, ", "))
	if e := acc.ErrorAt(r.now); e != nil {
		retry := ""
		if !e.RetryAt.IsZero() {
			retry = ", next try in " + e.RetryAt.Sub(r.now).Round(time.Second).String()
		}
		fmt.Fprintf(&r.out, "    error: %s%s\n", strings.TrimPrefix(errorWords(r.hide, e), ", "), retry)
	}
	for _, p := range acc.Pushes {
		words := string(p.Kind) + suffix(" ", string(p.Form))
		switch {
		case p.Last == nil:
			words += ", never tried"
		case p.Failing():
			words += fmt.Sprintf(", failing, %d tries%s", p.Last.Tries, errorWords(r.hide, p.Last.Error))
		default:
			words += ", delivered"
		}
		fmt.Fprintf(&r.out, "    push: %s\n", words)
	}
}

// errorWords describe an error without its message, which may quote anything.
func errorWords(h *hider, e *api.Error) string {
	if e == nil {
		return ""
	}
	out := ", " + string(e.Class)
	if e.UpstreamCode != 0 {
		out += fmt.Sprintf(" (errcode %d)", e.UpstreamCode)
	}
	return out + suffix(", remedy ", h.text(e.Remedy))
}

// historyWords count what happened.
func historyWords(history []api.HistoryEntry) string {
	counts := map[string]int{}
	for _, e := range history {
		word := string(e.What) + suffix(" ", string(e.Class))
		if e.Code != 0 {
			word += " " + strconv.Itoa(e.Code)
		}
		counts[word]++
	}
	var out []string
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, fmt.Sprintf("%s × %d", word, counts[word]))
	}
	return strings.Join(out, ", ")
}

// suffix is a word with something before it, or nothing.
func suffix(before, word string) string {
	if word == "" {
		return ""
	}
	return before + word
}

// numbered is how a report names an account.
func numbered(i int) string { return "account-" + strconv.Itoa(i+1) }
