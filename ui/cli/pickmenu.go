package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"tokentray/core/api"
)

// pickFromMenu lets a person pick an account in the menu of a launcher, as rofi -dmenu
// or fuzzel --dmenu: it gets a line for each account and answers with the one that was
// picked. No token is in a line. As nobody may see standard error then, what goes wrong
// is shown in the menu too.
func (a *app) pickFromMenu(ctx context.Context, l api.List, p pick, offered []api.Account) error {
	lines := make([]string, len(offered))
	for i, acc := range offered {
		lines[i] = a.pickLine(acc)
	}
	chosen, err := menu(ctx, p.menu, lines)
	if err != nil {
		return err
	}
	acc, err := a.chosenOf(chosen, lines, offered)
	if err == nil && asksLive(l, acc, p) {
		yes := a.say("pick.menu_sure", "account", acc.Ref())
		var answer string
		if answer, err = menu(ctx, p.menu, []string{yes, a.say("pick.menu_no")}); err == nil && answer != yes {
			return errInterrupted
		}
	}
	if err == nil {
		err = a.taken(ctx, acc, p)
	}
	if err != nil && !errors.Is(err, errInterrupted) {
		_, _ = menu(ctx, p.menu, a.explain(err)) // it was only to be read
	}
	return err
}

// chosenOf is the account of a line that a menu answered. One that was typed there may
// be NAME/ENV, or any words that only one account has.
func (a *app) chosenOf(line string, lines []string, offered []api.Account) (api.Account, error) {
	for i, one := range lines {
		if one == line || offered[i].Ref() == a.typedRef(line) {
			return offered[i], nil
		}
	}
	found := a.pickable(api.List{Accounts: offered}, line)
	if len(found) != 1 {
		return api.Account{}, usage("usage.pick_typed", "n", len(found))
	}
	return found[0], nil
}

// typedRef is what NAME/ENV names; nothing where a line is none.
func (a *app) typedRef(line string) api.Ref {
	r, err := a.ref(line)
	if err != nil || r.Env == "" {
		return api.Ref{}
	}
	return r
}

// menu runs a menu with lines and returns the one that was picked. A menu that was left
// without an answer is an interruption.
func menu(ctx context.Context, command string, lines []string) (string, error) {
	cmd := shellCommand(ctx, command)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(strings.Join(lines, "\n")+"\n"), &out, &said
	err := cmd.Run()
	picked := strings.TrimRight(out.String(), "\r\n")
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil && picked != "":
		return picked, nil
	case err == nil, errors.As(err, &exit) && exit.ExitCode() == 1: // as dmenu, rofi, fuzzel and wofi end after Esc
		return "", errInterrupted
	}
	why, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	if why == "" {
		why = fmt.Sprint(err)
	}
	return "", usage("usage.pick_menu", "cause", clean(why))
}

// shellCommand is a command line as a person writes it. Windows has no shell that
// everybody means: there the words are the program and its arguments.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	if runtime.GOOS != "windows" {
		return exec.CommandContext(ctx, "sh", "-c", line)
	}
	words := strings.Fields(line)
	if len(words) == 0 {
		words = []string{""}
	}
	return exec.CommandContext(ctx, words[0], words[1:]...)
}
