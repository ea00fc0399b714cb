package window

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// What a key is for.
const (
	keyTakes = "takes" // tokens
	keyCalls = "calls"
	keyBoth  = "both"
)

// keyRights are the calls that a key may make, as they are entered.
type keyRights struct {
	what        string
	calls       string // a line each
	liveWrite   bool
	rate, burst string // empty: the usual
	hosts       string

	choice *kit.Segment
	fields *fyne.Container // of calls
	list   *kit.Entry
	write  *kit.Toggle
	second *kit.Entry // how many in a second
	inARow *kit.Entry
	names  *kit.Entry // the hosts
}

// makesCalls reports whether the key makes calls at all.
func (r *keyRights) makesCalls() bool { return r.what != keyTakes }

// changed reports whether anything was entered.
func (r *keyRights) changed() bool { return r.makesCalls() || r.hosts != "" }

// put adds the rights to the request to the agent. A number that is none becomes one
// that the agent refuses too.
func (r *keyRights) put(in *api.ClientKeyInput) {
	in.Hosts = strings.Fields(r.hosts)
	if !r.makesCalls() {
		return
	}
	in.Origins = nil // no page makes calls
	for line := range strings.Lines(r.calls) {
		if line = strings.TrimSpace(line); line != "" {
			in.Calls = append(in.Calls, line)
		}
	}
	in.LiveWrite, in.NoToken = r.liveWrite, r.what == keyCalls
	in.Rate, in.Burst = limitOf(r.rate), limitOf(r.burst)
}

// limitOf is a limit as it is typed: 0 for none, -1 for what is no number.
func limitOf(typed string) int {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 {
		return -1
	}
	return n
}

// drawRights draws what the key is for, and below it what it may call.
func (p *keyPage) drawRights() fyne.CanvasObject {
	ui, r := p.ui, &p.rights
	r.choice = kit.NewSegment(ui, r.what, func(v string) {
		r.what = v
		p.showRights()
		p.check()
	}, kit.Choice{Value: keyTakes, Label: ui.T("clientkey.rights.takes")}, kit.Choice{Value: keyCalls, Label: ui.T("clientkey.rights.calls")},
		kit.Choice{Value: keyBoth, Label: ui.T("clientkey.rights.both")})
	r.list = kit.NewNoteEntry(ui, r.calls, func(v string) { r.calls = v; p.check() })
	r.list.OnPaste = p.pasted("calls")
	r.write = kit.NewToggle(ui, ui.T("clientkey.live_write"), r.liveWrite, func(on bool) { r.liveWrite = on; p.check() })
	number := func(value *string, usual int) *kit.Entry {
		return kit.NewEntry(ui, strconv.Itoa(usual), *value, func(v string) { *value = v; p.check() })
	}
	r.second, r.inARow = number(&r.rate, core.DefaultCallRate), number(&r.burst, core.DefaultCallBurst)
	r.fields = kit.Stack(3*kit.Grid,
		kit.Stack(kit.Grid, p.field("calls", r.list), kit.NewProse(ui.T("clientkey.calls.say"), 13, ui.Palette.Muted)), r.write,
		p.field("rate", r.second), p.field("burst", r.inARow))
	return kit.Stack(3*kit.Grid, p.field("rights", r.choice), r.fields)
}

// drawHosts draws the names at which the key may be used beside the loopback's own.
func (p *keyPage) drawHosts() fyne.CanvasObject {
	ui, r := p.ui, &p.rights
	r.names = kit.NewEntry(ui, "host.docker.internal:"+strconv.Itoa(core.DefaultLoopbackPort), r.hosts, func(v string) { r.hosts = v; p.check() })
	r.names.OnPaste = p.pasted("hosts")
	return kit.Stack(kit.Grid, p.field("hosts", r.names), kit.NewProse(ui.T("clientkey.hosts.say"), 13, ui.Palette.Muted))
}

// showRights shows what belongs to what the key is for. Who makes calls usually reads.
func (p *keyPage) showRights() {
	r := &p.rights
	if r.makesCalls() && r.calls == "" {
		r.calls = core.CallReads
	}
	r.choice.Choose(r.what)
	for entry, value := range map[*kit.Entry]string{r.list: r.calls, r.second: r.rate, r.inARow: r.burst, r.names: r.hosts} {
		entry.Write(value)
	}
	r.write.Set(r.liveWrite)
	kit.Visible(r.fields, r.makesCalls())
	kit.Visible(p.pagesBox, !r.makesCalls())
}
