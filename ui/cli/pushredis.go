package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// redisFlags are the flags of a push into a Redis.
type redisFlags struct {
	place                   core.RedisPlace
	password, stdin, dryRun bool
}

func (f *redisFlags) register(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.place.URL, "redis", "", "flag.push_redis")
	s.StringVar(&f.place.Layout, "layout", "", "flag.push_layout")
	s.StringVar(&f.place.Family, "app", "", "flag.push_app")
	s.StringVar(&f.place.Prefix, "key-prefix", "", "flag.push_key_prefix")
	s.StringVar(&f.place.Agent, "agent", "", "flag.push_agent")
	s.StringVar(&f.place.Key, "redis-key", "", "flag.push_redis_key")
	f.registerPassword(s)
	s.BoolVar(&f.dryRun, "dry-run", false, "flag.push_dry_run")
	_ = cmd.RegisterFlagCompletionFunc("layout", completeWords(kinds.WritableLayouts()...))
	_ = cmd.RegisterFlagCompletionFunc("app", completeWords(kinds.PushFamilies()...))
}

// registerPassword registers the flags of any command that opens a Redis.
func (f *redisFlags) registerPassword(s *pflag.FlagSet) {
	s.BoolVar(&f.password, "redis-password", false, "flag.redis_password")
	s.BoolVar(&f.stdin, "redis-password-stdin", false, "flag.redis_password_stdin")
	s.BoolVar(&f.place.Plain, "plaintext", false, "flag.plaintext")
}

// redisInput puts what the flags say into a push, and asks for the password.
func (a *app) redisInput(ctx context.Context, in *api.PushInput, f redisFlags) error {
	if f.place.URL == "" {
		if f != (redisFlags{}) {
			return usage("usage.push_redis")
		}
		return nil
	}
	if f.place.Layout == "" {
		return usage("usage.push_layout", "layouts", strings.Join(kinds.WritableLayouts(), ", "))
	}
	if kinds.HasURLPassword(f.place.URL) {
		return usage("problem.push_redis_password")
	}
	in.Redis, in.DryRun = &f.place, f.dryRun
	var err error
	in.RedisPassword, err = a.redisPassword(ctx, f)
	return err
}

// redisPassword asks for the password of a Redis as the flags say; nil is none.
func (a *app) redisPassword(ctx context.Context, f redisFlags) (*string, error) {
	switch {
	case f.password && f.stdin:
		return nil, eitherOr("redis-password", "redis-password-stdin")
	case f.stdin:
		word, err := a.stdin(ctx, "ask.redis_password")
		return &word, err
	case f.password:
		word, err := a.hiddenOrUsage(ctx, "ask.redis_password", "usage.redis_password")
		text := word.Reveal()
		return &text, err
	}
	return nil, nil
}

// printPushPlan shows what a push would do.
func (a *app) printPushPlan(p api.Push) error {
	lines := make([]string, 0, len(p.Plan.Commands))
	for _, c := range p.Plan.Commands {
		lines = append(lines, clean(c))
	}
	if err := a.print(lines...); err != nil {
		return err
	}
	if p.Plan.Lock != "" {
		a.note(a.say("push.plan_lock", "lock", clean(p.Plan.Lock)))
	}
	switch {
	case p.Plan.Error != nil:
		a.note(a.explainWire(p.Plan.Error)...)
		return &errSilent{p.Plan.Error.Core()}
	case p.Plan.There:
		a.note(a.say("push.plan_there"))
	default:
		a.note(a.say("push.plan"))
	}
	return nil
}
