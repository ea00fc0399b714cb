package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// RedisScan is a Redis to look through.
type RedisScan struct {
	URL      string // without a password
	Password core.Secret
	Plain    bool // consent to a connection without encryption
}

// RedisEntry is an entry that was found, as an account of the kind redis would have it.
// It holds no token and nothing of its key that may be a secret.
type RedisEntry struct {
	Kind      core.Kind    `json:"kind"` // of an account that reads it
	Layout    string       `json:"layout"`
	SDK       string       `json:"sdk"`
	Product   core.Product `json:"product"`
	AppID     string       `json:"appid,omitempty"`
	Agent     string       `json:"agent,omitempty"`
	Component string       `json:"component,omitempty"`
	Digest    string       `json:"digest,omitempty"`
	Prefix    string       `json:"key_prefix,omitempty"`
	Key       string       `json:"key"`
	Seconds   int64        `json:"expires_in"`
}

func (a *app) redisCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "redis", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var in RedisScan
	var f redisFlags
	scan := &cobra.Command{
		Use:               "scan URL",
		Args:              func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.redis_scan") },
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.URL, in.Plain = args[0], f.place.Plain
			if kinds.HasURLPassword(in.URL) {
				return usage("problem.push_redis_password")
			}
			word, err := a.redisPassword(cmd.Context(), f)
			if err != nil {
				return err
			}
			if word != nil {
				in.Password = core.NewSecret(*word)
			}
			return a.scanRedis(cmd.Context(), in)
		},
	}
	f.registerPassword(scan.Flags())
	cmd.AddCommand(scan)
	return cmd
}

// scanRedis lists the entries of a Redis and offers an account for each.
func (a *app) scanRedis(ctx context.Context, in RedisScan) error {
	found, partial, err := a.ScanRedis(ctx, in)
	if err != nil {
		return err
	}
	if partial {
		a.note(a.say("cli.warning") + a.say("redis.partial"))
	}
	if a.json {
		if found == nil {
			found = []RedisEntry{}
		}
		return a.printJSON(found)
	}
	if len(found) == 0 {
		a.note(a.say("redis.none"))
		return nil
	}
	t := table{colour: a.colour(), elastic: 2}
	head := func(key text.Key) cell { return styled(a.say(key), styleHead) }
	t.add(head("redis.sdk"), head("redis.app"), head("redis.key"), head("redis.left"))
	for _, e := range found {
		t.add(plain(e.SDK), plain(clean(e.AppID)), plain(clean(e.Key)), plain(a.text().Coarse(time.Duration(e.Seconds)*time.Second)))
	}
	width := 0
	if a.Term.OutIsTerminal() {
		width, _ = a.Term.Size()
	}
	if err := a.print(t.lines(width)...); err != nil {
		return err
	}
	a.note(a.say("redis.offer"))
	for _, e := range found {
		a.note("  " + e.add(in.URL))
	}
	return nil
}

// add is the command that adds an account for an entry. The password is not in it.
func (e RedisEntry) add(url string) string {
	words := []string{"tokentray", "add", "NAME", "--kind", string(e.Kind), "--base-url", quoted(url), "--layout", e.Layout, "--product", string(e.Product)}
	for _, p := range [][2]string{{"--appid", e.AppID}, {"--agent", e.Agent}, {"--component", e.Component}, {"--digest", e.Digest}, {"--key-prefix", e.Prefix}} {
		if p[1] != "" {
			words = append(words, p[0], quoted(p[1]))
		}
	}
	return clean(strings.Join(words, " "))
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if strings.ContainsAny(word, "?&*[]()$;<>|\\\"'`#~! ") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
