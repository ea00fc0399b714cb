//go:build linux

package main

import (
	"fmt"
	"os"
	"time"
)

// The bounds of an agent in the tray with a thousand accounts, none of which is due.
// They hold from settled on, whatever the agent did before.
const (
	settled      = time.Minute
	mostResident = 20.0 // MB
	mostPrivate  = 8.0  // MB
	mostTicks    = 1.0  // of 10 ms, within idleSpan
	mostWakeups  = 1.0  // a minute, above those of an idle Go program

	idleSpan = 20 * time.Second
	watched  = 3 * time.Minute
)

// measureAgent watches the agent for three minutes in which nothing is due: its
// memory at 30 s, one minute and three minutes, and its wake-ups. started: the agent
// was just started; otherwise it was just given its accounts.
func (b *bench) measureAgent(started bool) error {
	when := "after adding them all"
	if started {
		when = "after a restart"
	}
	began := time.Now()
	b.client.Close()
	fmt.Printf("the agent with %d accounts and its tray icon, %s:\n", accounts, when)
	time.Sleep(30 * time.Second)
	if err := b.measureMemory("… memory at 30 s", false); err != nil {
		return err
	}
	time.Sleep(time.Until(began.Add(settled)))
	if err := b.measureMemory("… memory at one minute", true); err != nil {
		return err
	}
	if err := b.measureIdle(time.Until(began.Add(watched)), started); err != nil {
		return err
	}
	return b.measureMemory("… memory at three minutes", true)
}

// measureMemory prints the memory that the agent has now.
func (b *bench) measureMemory(what string, bound bool) error {
	m, err := memoryOf(b.agent.PID())
	if err != nil {
		return err
	}
	if !bound {
		fmt.Printf("%-58s %10.4g MB\n", what+", resident", m.resident)
		fmt.Printf("%-58s %10.4g MB\n", what+", private", m.private)
		return nil
	}
	b.report(what+", resident", m.resident, mostResident, "MB")
	b.report(what+", private", m.private, mostPrivate, "MB")
	return nil
}

// measureIdle watches the agent in spans of twenty seconds, beside a Go program that
// does nothing. The worst span counts.
func (b *bench) measureIdle(watch time.Duration, started bool) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	idle, err := b.Start("idle", self, "-idle")
	if err != nil {
		return err
	}
	defer idle.Stop()
	worst, ours, others := 0, 0, 0
	spans := int(watch / idleSpan)
	for range spans {
		before, err := ticks(b.agent.PID())
		if err != nil {
			return err
		}
		woke, err := wakeups(idleSpan, b.agent.PID(), idle.PID())
		if err != nil {
			return err
		}
		after, err := ticks(b.agent.PID())
		if err != nil {
			return err
		}
		worst, ours, others = max(worst, after-before), ours+woke[0], others+woke[1]
	}
	minutes := (time.Duration(spans) * idleSpan).Minutes()
	b.report(fmt.Sprintf("… CPU, the most in %.0f s of %d such spans", idleSpan.Seconds(), spans), float64(worst), mostTicks, "ticks")
	fmt.Printf("%-58s %10.4g\n", "… wake-ups a minute of an idle Go program", float64(others)/minutes)
	if started { // work of before has ended
		b.report("… the agent's, beyond those", float64(ours-others)/minutes, mostWakeups, "")
	}
	return nil
}
