package window

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// A crash of the agent loses nothing that was typed, and is over by itself.
func TestAgentGoesAndComesBack(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	s.accounts.openAdd()
	s.typeInto("name", "half typed")
	s.refuse(failure(core.Internal, core.RemedyNoAgent))
	s.agent.crash()
	s.untilSays("The agent is gone. Connecting again…")
	s.mustSay("half typed")
	s.accounts.saveForm(s.accounts.form)
	s.mustSay("half typed")

	s.refuse(nil)
	s.link.again <- struct{}{}
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.mustNotSay("The agent is gone")
	s.mustSay("half typed")
}

func TestNoAgentAtAll(t *testing.T) {
	s := newStage(t)
	s.connect = &core.Error{Class: core.Internal, Remedy: core.RemedyNoAgent, Message: "the program is not there"}
	s.work.Go(s.link.run)
	s.untilSays("could not be started", "Trying again")
}

func TestAgentOfAnotherVersion(t *testing.T) {
	s := newStage(t)
	s.connect = failure(core.Internal, core.RemedyRestart)
	s.work.Go(s.link.run)
	s.untilSays("An agent of another version runs.")
	s.refuse(nil)
	s.press("Restart")
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.mustNotSay("another version")
}

func TestByeClosesTheWindow(t *testing.T) {
	s := newStage(t).open()
	closed := false
	s.win.SetOnClosed(func() { closed = true; s.cancel() })
	s.agent.send(api.Event{Type: api.EventBye})
	s.until("the end", func() bool { return closed })
	s.work.Wait() // link ended by itself
}

func TestEventsChangeTheList(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	added := sample("new one", core.Sandbox, noon, time.Minute, time.Hour)
	s.agent.send(api.Event{Type: api.EventAccount, Account: &added})
	s.untilSays("new one")
	renewed := sample("shop", core.Sandbox, noon, 2*time.Hour, 2*time.Hour)
	renewed.Mask = "84_cd••••7890"
	s.agent.send(api.Event{Type: api.EventAccount, Account: &renewed})
	s.untilSays("84_cd••••7890", "2:00:00")
	s.agent.send(api.Event{Type: api.EventRemoved, Removed: added.ID})
	s.until("the row to go", func() bool { return !s.says("new one") })
}

// An older agent and a newer one get different messages, because different things
// help. What is in a form stays.
func TestOlderAndNewerAgents(t *testing.T) {
	for _, c := range []struct {
		agent int
		want  string
	}{
		{api.Version - 1, "An older agent runs, which this window"},
		{api.Version + 1, "The agent is newer than this window."},
	} {
		s := newStage(t).open()
		s.accounts.openAdd()
		s.typeInto("name", "half typed")
		s.refuse(&core.Error{Class: core.Internal, Remedy: core.RemedyRestart, Err: &api.VersionError{Agent: c.agent}})
		s.agent.crash()
		s.untilSays(c.want)
		s.mustSay("half typed")
		s.refuse(nil)
		s.press("Restart")
		s.until("the agent", func() bool { return s.link.phase == phaseConnected })
		s.mustNotSay(c.want)
		s.mustSay("half typed")
	}
}
