package main

import (
	"context"
	"maps"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/central"
	"tokentray/core/diagnose"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/preset"
	"tokentray/core/rediscache"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
	"tokentray/ui/cli"
)

// knownKinds returns the kinds of this program. Kinds that a user adds join them
// later.
func knownKinds() kinds.Set { return preset.With(kinds.Builtin()) }

// explain is cli.Parts.Explain.
func explain(req api.ExplainRequest) (api.Explanation, error) {
	known := sources()
	d, err := diagnose.Knowledge{
		Kinds: knownKinds(),
		Of: func(kind core.Kind) core.Interpreter {
			i, _ := known[kind].(core.Interpreter)
			return i
		},
	}.Explain(req.Text, req.Kind)
	if err != nil {
		return api.Explanation{}, err
	}
	return api.ShowDiagnosis(d), nil
}

// scanRedis is cli.Parts.ScanRedis.
func scanRedis(ctx context.Context, in cli.RedisScan) ([]cli.RedisEntry, bool, error) {
	found, partial, err := rediscache.Scan(ctx, in.URL, in.Password, in.Plain, rediscache.Options{})
	out := make([]cli.RedisEntry, 0, len(found))
	for _, f := range found {
		out = append(out, cli.RedisEntry(f))
	}
	return out, partial, err
}

// sources returns the source of each kind. Each family has a line.
func sources() map[core.Kind]core.Source {
	out := map[core.Kind]core.Source{}
	maps.Copy(out, wechat.Sources(wechat.Options{}))
	maps.Copy(out, oauth.Sources(oauth.Options{}))
	maps.Copy(out, central.Sources(central.Options{}))
	maps.Copy(out, rediscache.Sources(rediscache.Options{}))
	maps.Copy(out, wecom.Sources(wecom.Options{}))
	maps.Copy(out, preset.Sources(preset.Options{}))
	return out
}
