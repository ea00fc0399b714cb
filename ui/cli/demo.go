package cli

import (
	"context"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

// DemoOptions are the choices of tokentray demo.
type DemoOptions struct {
	// Window asks for the window; it is off without a display.
	Window bool
}

// Demo is a demo that runs.
type Demo struct {
	Agent api.Agent
	Home  string
	Sim   string // base URL of the simulator
	// Window is closed when the window was closed; nil means that none opened.
	Window    <-chan struct{}
	Raised    bool  // another demo runs, whose window came to the front; nothing else is set
	WindowErr error // why none opened although one was asked for
}

func (a *app) demoCommand() *cobra.Command {
	var noWindow bool
	cmd := &cobra.Command{
		Use:  "demo",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			err := a.Demo(ctx, DemoOptions{Window: !noWindow && a.hasDisplay()}, a.showDemo)
			if ctx.Err() != nil { // Ctrl-C is how a demo ends
				a.note(a.say("demo.ended"))
				return nil
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&noWindow, "no-window", false, "flag.no_window")
	return cmd
}

// showDemo says what runs and where. With a window it waits until that is closed;
// then, or without one, it shows the live table. A demo that was started without a
// terminal, as by the window, ends with its window.
func (a *app) showDemo(ctx context.Context, d Demo) error {
	if d.Raised {
		a.note(a.say("demo.raised"))
		return nil
	}
	a.agent = d.Agent
	foot := []string{a.say("demo.try", "home", d.Home), a.say("demo.sim", "url", d.Sim)}
	if d.WindowErr != nil {
		a.note(a.explain(d.WindowErr)...)
	}
	if d.Window == nil {
		a.note(a.say("demo.what"))
		a.note(foot...)
		return a.watch(ctx, d.Agent, foot)
	}
	a.note(a.say("demo.what"), a.say("demo.window"))
	a.note(foot...)
	a.note(a.say("demo.end"))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-d.Window:
	}
	if !a.Term.OutIsTerminal() && !a.Term.InIsTerminal() {
		return nil // nobody could end it otherwise
	}
	a.note(a.say("demo.window_closed"))
	return a.watch(ctx, d.Agent, foot)
}
