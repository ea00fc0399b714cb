//go:build linux

package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// tally is what a run counted.
type tally struct {
	homes, kills int
	early        int // kills before the agent was ready
	acknowledged int
	tokens       int // read while people worked
	byDeed       map[string]int
	open         map[string]int // changes in progress at a kill, and what became of them
	damage       map[string]int // by kind of page and backup
	calls, good  int
	starts       []time.Duration
	faults       []string
}

func count(m *map[string]int, key string) {
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[key]++
}

// fault records a failed check.
func (t *tally) fault(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Println("FAULT:", text)
	t.faults = append(t.faults, text)
}

func (t *tally) print(took time.Duration) {
	line := func(what string, value any) { fmt.Printf("%-58s %10v\n", what, value) }
	line("homes", t.homes)
	line("kills", t.kills)
	line("… of them before the agent was ready", t.early)
	line("time", took.Round(time.Second))
	line("acknowledged changes", t.acknowledged)
	section := func(title string, m map[string]int) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			line(title+key, m[key])
		}
	}
	section("… ", t.byDeed)
	section("under way at the kill: ", t.open)
	section("damage: ", t.damage)
	line("tokens read", t.tokens)
	line("calls for a token at upstream", t.calls)
	if len(t.starts) > 0 {
		slices.Sort(t.starts)
		line("start of the agent, median", t.starts[len(t.starts)/2].Round(time.Millisecond))
		line("start of the agent, longest", t.starts[len(t.starts)-1].Round(time.Millisecond))
	}
	line("faults", len(t.faults))
}

func (t *tally) verdict() error {
	if len(t.faults) == 0 {
		return nil
	}
	return errors.New(t.faults[0])
}
