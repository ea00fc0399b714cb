package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/text"
)

// getMany prints or copies the tokens of several accounts as one block for a .env file: all
// of them or, where one cannot be had, none, for a part would be taken for the whole.
func (a *app) getMany(ctx context.Context, args []string, life time.Duration, toClipboard bool) error {
	refs := make([]api.Ref, len(args))
	for i, arg := range args {
		var err error
		if refs[i], err = a.ref(arg); err != nil {
			return err
		}
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	var tokens []format.Input
	live := false
	for _, ref := range refs {
		a.account = ref.String()
		t, err := agent.Token(ctx, ref, life)
		if err != nil {
			return a.notGot(ctx, agent, ref, err)
		}
		if slices.ContainsFunc(tokens, func(i format.Input) bool { return i.Account == t.Account && i.Env == t.Env }) {
			continue // named twice
		}
		live = live || t.Env == core.Live
		tokens = append(tokens, format.Input{AccessToken: t.AccessToken, Account: t.Account, Env: t.Env, AppID: t.AppID})
	}
	a.account = strings.Join(args, " ") + " --format " + format.Dotenv // as a remedy names them
	block, err := format.Dotenvs(tokens)
	if err != nil {
		return err
	}
	if !toClipboard {
		_, err := a.Term.Out().Write([]byte(block))
		if err != nil {
			return unanswered(err)
		}
		return nil
	}
	c, err := agent.CopyText(ctx, api.TextRequest{Text: core.NewSecret(block), Secret: true, Key: text.EnvKey(len(tokens), live)})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(c)
	}
	line := a.say("get.copied_many", "n", len(tokens))
	if !c.ClearsAt.IsZero() {
		line += a.say("get.clears", "left", a.text().Coarse(c.ClearsAt.Sub(a.Now()).Round(time.Second)))
	}
	a.note(line)
	return nil
}
