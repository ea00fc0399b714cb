package window

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/ui/kit"
)

// stepState is how a step of the page of API clients stands.
type stepState int

const (
	stepTodo stepState = iota
	stepDone
	stepFailed
)

// sdkPrefix marks the name of an SDK among the clients.
const sdkPrefix = "sdk:"

// clientSetup is what a person chose and did for one account on the page of API
// clients. It outlives the page.
type clientSetup struct {
	account api.Account
	paired  api.Account // of the same name in the other environment, if isPaired
	// isPaired says that there is one.
	isPaired bool

	client string // a collection.Kind, or sdkPrefix and the name of an SDK
	follow bool   // the active environment, not the account's own
	all    bool   // an SDK's key makes every call, not only those that read

	existing bool   // the key is one of those there are
	chosen   string // its name
	entered  string // and the key itself, if the person has it
	name     string // of a new key; empty: the suggested one
	refused  saying // why a key could not be made

	path  string // of the file, as it was typed; empty: the suggested one
	wrong saying // why it could not be written

	made  map[bool]*newKey       // by whether it makes calls: the keys that were made here
	saved map[string]string      // by client: the file that was written, or that the code was copied
	tried map[string]*clientTest // by client: the last test
}

// newKey is a key that was made on the page, which is stored nowhere else.
type newKey struct {
	api.NewClientKey
	kept bool // it was copied, or is in a file
}

// clientTest is a test of a key: what the door answered and, where the client makes the
// call itself, what the upstream answered to one.
type clientTest struct {
	busy bool
	at   string // the path at the door
	door api.DoorAnswer
	err  *core.Error // there was no answer

	call     string // the call to the upstream; empty: none was made
	status   int
	took     time.Duration
	code     int
	explains *api.Error // what the upstream, or the door, refused
	callErr  *core.Error
}

// good reports whether everything was answered as it should be.
func (t *clientTest) good() bool {
	return !t.busy && t.err == nil && t.callErr == nil && t.explains == nil && t.code == 0 && t.door.Status < 300 && t.status < 300
}

func newClientSetup() *clientSetup {
	return &clientSetup{client: string(collection.Postman), follow: true, made: map[bool]*newKey{}, saved: map[string]string{}, tried: map[string]*clientTest{}}
}

// sdk is the chosen SDK; false for a client with files.
func (s *clientSetup) sdk() (collection.SDK, bool) {
	name, ok := strings.CutPrefix(s.client, sdkPrefix)
	if !ok {
		return collection.SDK{}, false
	}
	all := collection.SDKs()
	i := slices.IndexFunc(all, func(one collection.SDK) bool { return one.Name == name })
	if i < 0 {
		return collection.SDK{}, false
	}
	return all[i], true
}

// kind is the chosen client with files.
func (s *clientSetup) kind() collection.Kind { return collection.Kind(s.client) }

// calls reports whether the client's calls are made by TokenTray, so that it gets no
// token.
func (s *clientSetup) calls() bool { _, ok := s.sdk(); return ok }

// follows reports whether the client takes the token of the active environment.
func (s *clientSetup) follows() bool {
	return s.follow && s.isPaired && !s.calls() && !s.kind().Pinned()
}

// title is what people call the client.
func (s *clientSetup) title(ui *kit.UI) string { return clientTitle(ui, s.client) }

func clientTitle(ui *kit.UI, client string) string {
	if name, ok := strings.CutPrefix(client, sdkPrefix); ok {
		return name
	}
	return ui.T("clients." + client)
}

// keyName is the name of a new key: the one that was typed, else the client's.
func (s *clientSetup) keyName(keys []api.ClientKey) string {
	if s.name != "" {
		return s.name
	}
	base := strings.TrimPrefix(s.client, sdkPrefix)
	taken := func(name string) bool {
		return slices.ContainsFunc(keys, func(k api.ClientKey) bool { return k.Name == name })
	}
	name := base
	for i := 2; taken(name); i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	return name
}

// wish is the key that the client needs: for this account alone, and for production
// only if the account is production's.
func (s *clientSetup) wish(keys []api.ClientKey) api.ClientKeyInput {
	in := api.ClientKeyInput{Name: s.keyName(keys), Accounts: []string{s.account.Name}}
	if s.account.Env == core.Sandbox || s.follows() {
		in.Envs = append(in.Envs, core.Sandbox)
	}
	if s.account.Env == core.Live {
		in.Envs = append(in.Envs, core.Live)
	}
	if s.calls() {
		in.NoToken, in.Calls = true, []string{core.CallReads}
		if s.all {
			in.Calls, in.LiveWrite = []string{"* /*"}, s.account.Env == core.Live
		}
	}
	return in
}

// key is the key that is used: one that was made here, or one of those there are, with
// the key itself where it is known.
func (s *clientSetup) key(keys []api.ClientKey) (k api.ClientKey, secret core.Secret, ok bool) {
	name := s.chosen
	if !s.existing {
		made := s.made[s.calls()]
		if made == nil {
			return k, secret, false
		}
		name, secret = made.Name, core.NewSecret(made.Key)
	} else if s.entered != "" {
		secret = core.NewSecret(strings.TrimSpace(s.entered))
	}
	i := slices.IndexFunc(keys, func(k api.ClientKey) bool { return k.Name == name })
	if i < 0 {
		return k, core.Secret{}, false // it was revoked
	}
	return keys[i], secret, true
}

// misfit is why a key is no use for the client: the key of a sentence; empty: it fits.
func (s *clientSetup) misfit(k api.ClientKey) string {
	switch {
	case len(k.Accounts) > 0 && !slices.Contains(k.Accounts, s.account.Name):
		return "clients.misfit.account"
	case !slices.Contains(k.Envs, s.account.Env):
		return "clients.misfit.env"
	case s.calls() && len(k.Calls) == 0:
		return "clients.misfit.calls"
	case !s.calls() && k.NoToken:
		return "clients.misfit.token"
	}
	return ""
}

// input is the account for the files: a name that follows the switch stands for the
// products of both its accounts.
func (s *clientSetup) input(ui *kit.UI, port int) collection.Input {
	words := ui.Words
	one, all := collection.Account{Name: s.account.Name, Env: s.account.Env}, []core.Kind{}
	add := func(a api.Account) {
		all = append(all, a.Kind)
		one.Of = append(one.Of, collection.Of{Spec: words.Spec(a.Kind), Product: a.Product, AppID: a.AppID, Params: a.Params})
	}
	add(s.account)
	one.Base = one.Of[0].Spec.API(s.account.Account)
	if s.follows() {
		one.Env = ""
		add(s.paired)
	}
	return collection.Input{Accounts: []collection.Account{one}, URL: "http://127.0.0.1:" + strconv.Itoa(port), Say: words.Starter(all), Title: words.Labelled}
}

// files are the client's files. Those that are for more than one get the key.
func (s *clientSetup) files(in collection.Input, key core.Secret) ([]collection.File, error) {
	if s.kind().Folder() {
		in.Key = key
		return collection.Files(s.kind(), in)
	}
	f, err := collection.Single(s.kind(), in)
	return []collection.File{f}, err
}

// target is the file or the folder: the one that was typed, else one that does not exist
// yet.
func (s *clientSetup) target(in collection.Input) string {
	if s.path != "" {
		return s.path
	}
	name := "tokentray-" + s.client
	if !s.kind().Folder() {
		name = "tokentray"
		if f, err := collection.Single(s.kind(), in); err == nil {
			name = filepath.Base(filepath.FromSlash(f.Path))
		}
	}
	return shortPath(freePath(exportFolder(), name))
}

// callURL is where an account's calls are made.
func (s *clientSetup) callURL(port int) string {
	return "http://127.0.0.1:" + strconv.Itoa(port) + s.callPath()
}

func (s *clientSetup) callPath() string {
	return "/call/" + url.PathEscape(s.account.Name) + "/" + string(s.account.Env)
}

// asks is what the client asks of the door first.
func (s *clientSetup) asks(ui *kit.UI) string {
	if s.calls() {
		return s.callPath() + cmp.Or(ui.Words.Spec(s.account.Kind).TryPath, "/")
	}
	path := "/v1/token/" + url.PathEscape(s.account.Name)
	if !s.follows() {
		path += "/" + string(s.account.Env)
	}
	return path
}

// place is where the client looks for its key.
func (s *clientSetup) place(ui *kit.UI) string {
	switch {
	case s.calls():
		return ui.T("clients.place.sdk")
	case s.kind() == collection.Postman, s.kind() == collection.Apifox, s.kind() == collection.JetBrains:
		return ui.Words.Say("export.place.env")
	}
	return ui.Words.Say("export.place.dotenv")
}

// clientChoices are the clients that can be chosen for an account.
func clientChoices(ui *kit.UI, a api.Account) []kit.Choice {
	var out []kit.Choice
	for _, k := range collection.Kinds() {
		out = append(out, kit.Choice{Value: string(k), Label: clientTitle(ui, string(k)), Group: ui.T("clients.group.files")})
	}
	for _, one := range collection.SDKs() {
		if one.Takes(ui.Words.Spec(a.Kind)) {
			out = append(out, kit.Choice{Value: sdkPrefix + one.Name, Label: one.Name, Group: ui.T("clients.group.sdks")})
		}
	}
	return out
}
