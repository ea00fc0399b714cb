package window

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/ui/kit"
)

// clientSheet writes a file with which an API client uses one account.
type clientSheet struct {
	exports *exports
	account api.Account

	kind   collection.Kind
	follow bool // the active environment, not the account's own

	sheet *sheet
	what  *kit.Prose
	label *kit.Prose
	file  *kit.Entry
	say   *kit.Prose
	typed bool // the user has typed a path, which stays
}

// exportClients asks for the client and for the file.
func (ex *exports) exportClients(id core.ID) {
	a, ok := ex.model.find(id)
	if !ok {
		return
	}
	s := &clientSheet{exports: ex, sheet: ex.newSheet(), account: a, kind: collection.Postman, follow: true}
	ui := s.sheet.UI
	var kinds []kit.Choice
	for _, k := range collection.Kinds() {
		kinds = append(kinds, kit.Choice{Value: string(k), Label: ui.T("clients." + string(k))})
	}
	kind := kit.NewSegment(ui, string(s.kind), func(v string) { s.kind = collection.Kind(v); s.show() }, kinds...)
	follow := kit.NewToggle(ui, ui.T("clients.follow"), s.follow, func(on bool) { s.follow = on; s.show() })
	s.what, s.label = kit.NewProse("", 13, ui.Palette.Muted), kit.NewProse("", 13, ui.Palette.Muted)
	s.say = kit.NewProse("", 13, ui.Palette.LiveText)
	s.file = kit.NewEntry(ui, "", "", func(string) { s.typed = true })
	s.file.OnSubmitted = func(string) { s.save() }
	s.sheet.Add(kit.Title(ui, ui.T("clients.title", "account", a.Ref().String())), kit.NewProse(ui.T("clients.body"), kit.SizeText, ui.Palette.Text), kit.Stack(kit.Grid, kind, s.what), follow,
		kit.Stack(kit.Grid, s.label, s.exports.browsed(ui, s.file)), s.say,
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), ex.closeSheet), kit.NewButton(ui, kit.Filled, ui.T("export.save"), s.save)))
	s.show()
	s.sheet.first = kind
	ex.openSheet(s.sheet)
}

// show updates sentences and path to the choice.
func (s *clientSheet) show() {
	ui := s.exports.ui
	s.what.Set(ui.T("clients.say."+string(s.kind)), ui.Palette.Muted)
	label := "clients.file"
	if s.kind.Folder() {
		label = "clients.folder"
	}
	s.label.Set(ui.T(label), ui.Palette.Muted)
	if !s.typed {
		s.file.SetText(shortPath(freePath(exportFolder(), s.name())))
		s.typed = false
	}
	s.tell("")
}

// name is the default name of the file or folder.
func (s *clientSheet) name() string {
	if s.kind.Folder() {
		return "tokentray-" + string(s.kind)
	}
	f, err := collection.Single(s.kind, s.input())
	if err != nil {
		return "tokentray"
	}
	return filepath.Base(filepath.FromSlash(f.Path))
}

// input is the account for the files: a name that follows the switch stands for the
// products of both its accounts.
func (s *clientSheet) input() collection.Input {
	words := s.exports.ui.Words
	one, all := collection.Account{Name: s.account.Name, Env: s.account.Env}, []core.Kind{}
	add := func(a api.Account) {
		all = append(all, a.Kind)
		one.Of = append(one.Of, collection.Of{Spec: words.Spec(a.Kind), Product: a.Product, AppID: a.AppID, Params: a.Params})
	}
	add(s.account)
	one.Base = one.Of[0].Spec.API(s.account.Account)
	if s.follow && !s.kind.Pinned() {
		one.Env = ""
		if other, ok := s.exports.model.pair(s.account.ID); ok {
			add(other)
		}
	}
	return collection.Input{
		Accounts: []collection.Account{one},
		URL:      "http://127.0.0.1:" + strconv.Itoa(s.exports.model.Settings.LoopbackPort),
		Say:      words.Starter(all), Title: words.Labelled,
	}
}

// key is the client key that the files need.
func (s *clientSheet) key() keyWish {
	_, paired := s.exports.model.pair(s.account.ID)
	return keyWish{
		name: string(s.kind), account: s.account.Name,
		sandbox: s.account.Env == core.Sandbox || s.follow && paired, live: s.account.Env == core.Live,
	}
}

func (s *clientSheet) files() ([]collection.File, error) {
	if s.kind.Folder() {
		return collection.Files(s.kind, s.input())
	}
	f, err := collection.Single(s.kind, s.input())
	return []collection.File{f}, err
}

// tell says what is wrong, if anything.
func (s *clientSheet) tell(words string) {
	s.say.Set(words, s.exports.ui.Palette.LiveText)
	s.say.Hidden = words == ""
	s.sheet.Reflow()
}

func (s *clientSheet) save() {
	ex, ui := s.exports, s.exports.ui
	files, err := s.files()
	if err != nil {
		s.tell(explained(ui, wire(core.AsError(err)), s.account.Ref().String()))
		return
	}
	place := ui.Words.Say("export.place.dotenv")
	if s.kind == collection.Postman || s.kind == collection.Apifox || s.kind == collection.JetBrains {
		place = ui.Words.Say("export.place.env")
	}
	folder, path := s.kind.Folder(), strings.TrimSpace(s.file.Text)
	ex.work.Go(func() {
		path, err := writeClient(path, folder, files)
		ex.do(func() {
			switch {
			case err == nil:
				if ex.sheet == s.sheet {
					ex.closeSheet()
				}
				ex.exportDone(s.account.Ref(), s.key(), path, place)
			case ex.sheet != s.sheet:
			case errors.Is(err, fs.ErrExist):
				s.tell(ui.T("export.exists"))
			default:
				s.tell(ui.T("export.failed", "cause", cause(err)))
			}
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
