package preset

import (
	"embed"
	"fmt"
	"sync"

	"tokentray/core"
	"tokentray/core/kinds"
)

//go:embed *.json
var files embed.FS

// order is the order in which the presets of this version are offered. A file's name
// is its kind.
func order() []string {
	return []string{"feishu", "lark", "dingtalk", "dingtalk-new", "douyin", "douyin-mini", "qq", "baidu", "huawei", "kuaishou"}
}

// Shipped are the presets of this version.
func Shipped() []Preset { return shipped() }

var shipped = sync.OnceValue(func() []Preset {
	var out []Preset
	for _, name := range order() {
		p, err := readShipped(name)
		if err != nil {
			panic("preset: " + err.Error()) // they are part of the program, and tested
		}
		out = append(out, p)
	}
	return out
})

func readShipped(name string) (Preset, error) {
	raw, err := files.ReadFile(name + ".json")
	if err != nil {
		return Preset{}, err
	}
	p, faults := parse(raw, func(Preset, *reader, object) {})
	switch {
	case len(faults) > 0:
		return Preset{}, fmt.Errorf("%s: %w", name, faults)
	case p.Kind != core.Kind(name):
		return Preset{}, fmt.Errorf("%s.json describes %s", name, p.Kind)
	}
	p.ownOfVersion = true
	p.Label = nil // ui/text says it
	for i := range p.Samples {
		p.Samples[i].Label = nil
	}
	return p, nil
}

// With is a set of kinds with the presets of this version at its end.
func With(set kinds.Set) kinds.Set {
	var specs []kinds.Spec
	for _, p := range Shipped() {
		specs = append(specs, p.Spec())
	}
	out, err := set.With(specs...)
	if err != nil {
		panic("preset: " + err.Error()) // they are part of the program, and tested
	}
	return out
}
