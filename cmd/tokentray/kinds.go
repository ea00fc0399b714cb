package main

import (
	"maps"

	"tokentray/core"
	"tokentray/core/central"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/preset"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
)

// knownKinds are the kinds of this program. What a user adds joins them here.
func knownKinds() kinds.Set { return preset.With(kinds.Builtin()) }

// sources are what asks for the tokens of each kind: a line for each family.
func sources() map[core.Kind]core.Source {
	out := map[core.Kind]core.Source{}
	maps.Copy(out, wechat.Sources(wechat.Options{}))
	maps.Copy(out, oauth.Sources(oauth.Options{}))
	maps.Copy(out, central.Sources(central.Options{}))
	maps.Copy(out, wecom.Sources(wecom.Options{}))
	maps.Copy(out, preset.Sources(preset.Options{}))
	return out
}
