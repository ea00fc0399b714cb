package window

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// clients is the page that sets an API client up for an account: the HTTP API, the
// client, its key, its files, and a test. What was done stays when the page is closed.
type clients struct {
	*shell
	pages     *pages
	clipboard *clipboard
	listing   *listing
	settings  func() // opens the settings
	page      *clientsPage
	setups    map[core.ID]*clientSetup
}

// openClients shows the page for an account; for an empty ID, that for the one that is
// selected, or else the first.
func (cl *clients) openClients(id core.ID) {
	if id == "" {
		id = cl.listing.selected
	}
	if _, ok := cl.model.find(id); !ok {
		if len(cl.model.Accounts) == 0 {
			cl.showInfo(cl.ui.T("clients.none"))
			return
		}
		id = cl.model.Accounts[0].ID
	}
	if cl.page != nil || !cl.pages.closePage() {
		return
	}
	cl.page = &clientsPage{on: clientActions{
		back: cl.back, account: cl.choose, door: cl.openDoor, settings: cl.toSettings, makeKey: cl.makeKey, copyKey: cl.copyKey,
		save: cl.save, copyCode: cl.copyCode, test: cl.test, browsed: cl.browsed,
	}}
	cl.showAccount(id)
	cl.pages.openPage(cl)
	cl.focus(cl.page.first())
	cl.loadDoor()
}

// showAccount has the page show an account.
func (cl *clients) showAccount(id core.ID) {
	a, _ := cl.model.find(id)
	s := cl.setups[id]
	if s == nil {
		s = newClientSetup()
		cl.setups[id] = s
	}
	s.account = a
	s.paired, s.isPaired = cl.model.pair(id)
	cl.page.setup = s
}

// choose shows another account.
func (cl *clients) choose(id core.ID) {
	cl.showAccount(id)
	cl.draw()
	cl.pages.showPage()
	cl.focus(cl.page.accounts)
}

func (cl *clients) draw() {
	cl.page.draw(cl.ui, cl.offered())
	cl.page.show()
}

// mostOffered is how many accounts the page offers; others are chosen in the list.
const mostOffered = 60

// offered are the accounts to choose from, the present one among them.
func (cl *clients) offered() []api.Account {
	all := cl.model.Accounts
	if len(all) > mostOffered {
		out := []api.Account{cl.page.setup.account}
		for _, a := range all[:mostOffered-1] {
			if a.ID != out[0].ID {
				out = append(out, a)
			}
		}
		return out
	}
	return all
}

func (cl *clients) closed()        { cl.page = nil }
func (cl *clients) back()          { cl.pages.closePage() }
func (cl *clients) top() *kit.Page { return cl.page.page }

func (cl *clients) toSettings() {
	cl.pages.dropPage()
	cl.settings()
}

// unsaved is false: what was done here stays while the window is open.
func (cl *clients) unsaved() (question, bool) { return question{}, false }

// keyLost reports whether a key that was made here is stored nowhere else yet.
func (cl *clients) keyLost() bool {
	for _, s := range cl.setups {
		for _, k := range s.made {
			if !k.kept {
				return true
			}
		}
	}
	return false
}

// changed shows the account anew, or closes the page of one that is gone.
func (cl *clients) changed() {
	if cl.page == nil {
		return
	}
	id := cl.page.setup.account.ID
	if _, ok := cl.model.find(id); !ok {
		delete(cl.setups, id)
		cl.pages.dropPage()
		return
	}
	cl.showAccount(id)
	cl.show()
}

// show updates the page.
func (cl *clients) show() {
	if cl.page != nil {
		cl.page.show()
		cl.pages.showPage()
	}
}

// loadDoor asks for the state of the door and for the keys.
func (cl *clients) loadDoor() {
	if cl.page == nil || cl.agent == nil {
		return
	}
	page := cl.page
	ask(cl.shell, quickWait, askDoor, func(d doorView, err *core.Error) {
		if cl.page != page {
			return
		}
		if err != nil {
			d = doorView{lost: err}
		}
		d.refused = page.door.refused
		if reflect.DeepEqual(d, page.door) {
			return
		}
		first := !page.door.known
		page.door = d
		cl.show()
		if first && cl.win.Canvas().Focused() == fyne.Focusable(page.clients) {
			cl.focus(page.first())
		}
	})
}

// openDoor opens the HTTP API.
func (cl *clients) openDoor() {
	page := cl.page
	ask(cl.shell, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.SetLoopback(ctx, api.LoopbackRequest{On: true})
	}, func(l api.Loopback, err *core.Error) {
		if cl.page != page {
			return
		}
		page.door.refused = err
		if err == nil {
			page.door.loop, page.door.known = l, true
		}
		cl.show()
		if err == nil {
			cl.focus(page.clients) // the button is gone
		}
	})
}

// makeKey makes the key that the client needs.
func (cl *clients) makeKey() {
	page, s := cl.page, cl.page.setup
	in, calls := s.wish(page.door.keys), s.calls()
	if core.HoldsSecret(in.Name) {
		s.refused = func(ui *kit.UI) string { return ui.T("clientkey.secret") }
		cl.show()
		return
	}
	page.busy = true
	cl.show()
	ask(cl.shell, quickWait, func(ctx context.Context, g Agent) (api.NewClientKey, error) {
		return g.AddClientKey(ctx, in)
	}, func(k api.NewClientKey, err *core.Error) {
		s.refused = nil
		if err != nil {
			s.refused = func(ui *kit.UI) string { return refusal(ui, err, "") }
		} else {
			s.made[calls], s.name = &newKey{NewClientKey: k}, ""
		}
		if cl.page != page {
			return
		}
		if page.busy = false; err == nil {
			page.door.keys = append(page.door.keys[:len(page.door.keys):len(page.door.keys)], k.ClientKey)
		}
		cl.show()
		if page.copyKey.Visible() && page.madeBox.Visible() {
			cl.focus(page.copyKey)
		}
		cl.loadDoor()
	})
}

// copyKey copies the key that was made here.
func (cl *clients) copyKey() {
	if made := cl.page.setup.made[cl.page.setup.calls()]; made != nil {
		cl.clipboard.copyKey(made.Name, made.Key, func() {
			made.kept = true
			cl.show()
		})
	}
}

// copyCode copies the lines for an SDK.
func (cl *clients) copyCode() {
	s := cl.page.setup
	code, client := cl.page.code(), s.client
	cl.clipboard.copyTextThen(code, cl.ui.T("clients.code_copied", "sdk", s.title(cl.ui)), func() {
		s.saved[client] = "-"
		cl.show()
	})
}

// submit saves what the client gets: its files, or the lines for an SDK.
func (cl *clients) submit() {
	if cl.page.setup.calls() {
		cl.copyCode()
		return
	}
	cl.save()
}

// save writes the client's files.
func (cl *clients) save() {
	page, s, ui := cl.page, cl.page.setup, cl.ui
	_, key, _ := s.key(page.door.keys)
	in := s.input(ui, page.port())
	files, err := s.files(in, key)
	if err != nil {
		s.wrong = func(ui *kit.UI) string { return explained(ui, wire(core.AsError(err)), s.account.Ref().String()) }
		cl.show()
		return
	}
	folder, path, client, made := s.kind().Folder(), strings.TrimSpace(s.target(in)), s.client, s.made[s.calls()]
	written := false
	for _, f := range files {
		written = written || f.Secret
	}
	cl.work.Go(func() {
		path, err := writeClient(path, folder, files)
		cl.do(func() {
			s.wrong = nil
			switch {
			case err == nil:
				s.saved[client] = path
				s.path = ""
				if written && made != nil && !s.existing {
					made.kept = true
				}
			case errors.Is(err, fs.ErrExist):
				s.wrong = func(ui *kit.UI) string { return ui.T("export.exists") }
			default:
				s.wrong = func(ui *kit.UI) string { return ui.T("export.failed", "cause", cause(ui, err)) }
			}
			cl.show()
		})
	})
}

// writeClient writes one file, or a folder with files, without replacing anything.
func writeClient(path string, folder bool, files []collection.File) (string, error) {
	if !folder {
		return writeNew(path, string(files[0].Data))
	}
	path = fromHome(path)
	if err := os.Mkdir(path, 0o755); err != nil {
		return path, err
	}
	for _, f := range files {
		at := filepath.Join(path, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return path, err
		}
		if _, err := writeNew(at, string(f.Data)); err != nil {
			return path, err
		}
	}
	return path, nil
}

// test asks the door what the client will ask it, with its key. A client that gets a token
// calls the upstream itself: the agent makes one such call.
func (cl *clients) test() {
	page, s := cl.page, cl.page.setup
	_, key, ok := s.key(page.door.keys)
	if !ok || key.Empty() || page.door.loop.State != api.DoorOn {
		return
	}
	if t := s.tried[s.client]; t != nil && t.busy {
		return
	}
	t := &clientTest{busy: true, at: s.asks(cl.ui)}
	s.tried[s.client] = t
	cl.show()
	a, port := s.account, page.port()
	spec := cl.ui.Words.Spec(a.Kind)
	ref := api.Ref{Name: a.Name}
	if !s.follows() {
		ref = a.Ref()
	}
	calls, try := s.calls(), spec.TryPath
	ask(cl.shell, upstreamWait, func(ctx context.Context, g Agent) (clientTest, error) {
		out := clientTest{at: t.at}
		answer, err := cl.cfg.TryDoor(ctx, api.DoorTry{Port: port, Key: key, Path: t.at, Spec: spec})
		if err != nil {
			return out, err
		}
		out.door, out.code, out.explains = answer, answer.Code, answer.Error
		if calls || answer.Status >= 300 || answer.Error != nil || try == "" {
			explainTest(ctx, g, spec, &out)
			return out, nil
		}
		out.call = http.MethodGet + " " + pathAlone(try)
		began := time.Now()
		made, err := g.Call(ctx, ref, api.CallRequest{CallHead: api.CallHead{Method: http.MethodGet, Target: try}})
		if err != nil {
			out.callErr = core.AsError(err)
			return out, nil
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(made.Body, maxAnswer))
		_ = made.Body.Close()
		out.status, out.took, out.code, out.explains = made.Status, time.Since(began), made.Code, made.Error
		return out, nil
	}, func(out clientTest, err *core.Error) {
		out.err = err
		*t = out
		cl.show()
	})
}

// explainTest has the agent explain the code of an answer that the door passed on.
func explainTest(ctx context.Context, g Agent, spec kinds.Spec, t *clientTest) {
	if t.code == 0 || t.explains != nil {
		return
	}
	raw, _ := json.Marshal(map[string]int{cmp.Or(spec.CodeName(), "code"): t.code}) // by the name under which the door's answer had it
	if got, err := g.Explain(ctx, api.ExplainRequest{Text: string(raw), Kind: spec.Kind}); err == nil && len(got.Meanings) > 0 {
		t.explains = got.Meanings[0]
	}
}
