//go:build linux

package main

import (
	"fmt"
	"maps"
	"slices"

	"tokentray/core"
)

// kept is what the agent confirmed about an account.
type kept struct {
	Name   string
	Env    core.Env
	Kind   core.Kind
	Note   string
	Auto   bool
	Secret string
	Pushes int
	Redis  bool // its pushes go into a Redis too, by a password
	Shared bool // its token is a team's
}

// sameButNote reports whether two states agree in everything that the vault knows
// about an account.
func (k kept) sameButNote(other kept) bool {
	k.Note, k.Auto, k.Pushes, k.Redis = other.Note, other.Auto, other.Pushes, other.Redis
	return k == other
}

// book holds all accounts by AppID, which no change touches.
type book map[string]kept

func (b book) with(appID string, change func(*kept)) book {
	out := maps.Clone(b)
	k := out[appID]
	change(&k)
	out[appID] = k
	return out
}

func (b book) without(appID string) book {
	out := maps.Clone(b)
	delete(out, appID)
	return out
}

// ids are the AppIDs, in order.
func (b book) ids() []string { return slices.Sorted(maps.Keys(b)) }

// compare compares what exists with what was acknowledged, and with a change in
// progress, which may have been made or not. It returns what became of that change,
// and what is wrong.
func compare(got book, recovered map[string]bool, before book, under *deed) (outcome string, wrong []string) {
	after := before
	touched := map[string]bool{}
	if under != nil {
		after = under.after
		for _, id := range under.touches {
			touched[id] = true
		}
	}
	all := maps.Clone(got)
	maps.Copy(all, before)
	maps.Copy(all, after)
	made, unmade, came := 0, 0, 0
	for _, id := range all.ids() {
		g, there := got[id]
		b, was := before[id]
		a, becomes := after[id]
		if !touched[id] {
			switch {
			case !was:
				wrong = append(wrong, fmt.Sprintf("%s is there and nobody added it, or it was removed: %+v", id, g))
			case !there:
				wrong = append(wrong, fmt.Sprintf("%s is lost: %+v", id, b))
			case g != b:
				wrong = append(wrong, fmt.Sprintf("%s is %+v, and was acknowledged as %+v", id, g, b))
			}
			continue
		}
		switch {
		case there == becomes && g == a:
			made++
		case there == was && g == b:
			unmade++
		case there && recovered[id] && (was && g.sameButNote(b) || becomes && g.sameButNote(a)):
			came++ // complete, from the vault, and paused
		case there && was && becomes && g.Secret == a.Secret && onlySecret(b, a) == g:
			came++ // the AppSecret of an edit that was not acknowledged
		default:
			wrong = append(wrong, fmt.Sprintf("%s is half: %v %+v, before %v %+v, after %v %+v", id, there, g, was, b, becomes, a))
		}
	}
	switch {
	case under == nil:
	case came > 0:
		outcome = "came back from the vault"
	case made > 0 && unmade > 0:
		wrong = append(wrong, fmt.Sprintf("%s is half done: %d of %d", under.what, made, made+unmade))
	case made > 0 || len(touched) == 0:
		outcome = "was made"
	default:
		outcome = "was not made"
	}
	return outcome, wrong
}

// onlySecret returns before with only the AppSecret of after.
func onlySecret(before, after kept) kept {
	before.Secret = after.Secret
	return before
}
