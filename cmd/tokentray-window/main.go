// Command tokentray-window is TokenTray's window. A person starts it and it ends when
// it is closed. The agent, which keeps the tokens, is another program, tokentray. The
// window starts it if none runs.
//
//	tokentray-window [--home DIR] [--agent-only | --join]
//
// With --agent-only it starts the agent without a console and ends. Windows runs this
// at sign-in. With --join it starts no agent: the demo's agent ends with the demo and
// must not start again on its home.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"tokentray/assets/icons"
	"tokentray/core/harden"
	"tokentray/core/home"
	"tokentray/core/kinds"
	"tokentray/core/launch"
	"tokentray/core/preset"
	"tokentray/ui/kit"
	"tokentray/ui/text"
	"tokentray/ui/window"
)

// version is set by the build.
var version = "dev"

// appID equals the ID in FyneApp.toml.
const appID = "io.tokentray.TokenTray"

// idOf is what the window calls itself. The window of a demo has another name where
// Fyne's preferences have a fixed place: the demo removes them.
func idOf(demo bool) string {
	if demo && (runtime.GOOS == "windows" || runtime.GOOS == "darwin") {
		return appID + ".demo"
	}
	return appID
}

// addedByCOM is what Windows adds to the arguments when somebody clicks on a
// notification of an agent that crashed.
const addedByCOM = "-Embedding"

func main() {
	// This child has no secret. It must not be sealed, because portals refuse
	// processes that are.
	if len(os.Args) == 2 && os.Args[1] == schemeCommand {
		if err := serveScheme(os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "tokentray-window:", err)
			os.Exit(1)
		}
		return
	}
	if _, err := harden.Process(); err != nil {
		fmt.Fprintln(os.Stderr, "tokentray-window:", err)
	}
	say := text.New(text.Choose("auto")).Say
	dir := flag.String("home", "", say("flag.home"))
	agentOnly := flag.Bool("agent-only", false, say("window.flag.agent_only"))
	join := flag.Bool("join", false, say("window.flag.join"))
	_ = flag.CommandLine.Parse(slices.DeleteFunc(os.Args[1:], func(arg string) bool { return arg == addedByCOM })) // it ends the process itself
	if flag.NArg() > 0 {
		complain(say("window.flag.unknown", "what", flag.Arg(0)))
		os.Exit(2)
	}
	if err := run(*dir, *agentOnly, *join); err != nil {
		complain(err.Error())
		os.Exit(1)
	}
}

func run(dir string, agentOnly, join bool) error {
	h, err := home.Find(dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if agentOnly {
		_, err := launch.Ensure(ctx, h, launch.Start{})
		return err
	}
	if !hasDisplay() {
		return errors.New(text.New(text.Choose("auto")).Say("window.no_display"))
	}

	// The agent is found while Fyne starts, which takes longer.
	conn := startConnecting(ctx, h, join)
	scale := newScale()
	app.SetMetadata(fyne.AppMetadata{
		ID: idOf(join), Name: "TokenTray", Version: version, Icon: fyne.NewStaticResource("tokentray.png", icons.App()),
		Migrations: map[string]bool{"fyneDo": true},
	})
	complainForFyne()
	fyneApp := app.NewWithID(idOf(join))
	fyneApp.SetIcon(fyne.NewStaticResource("tokentray.png", icons.App()))
	soon, enough := context.WithTimeout(ctx, firstTime)
	defer enough()
	if conn.otherWindow(soon) {
		return nil
	}
	if err := conn.failure(); join && err != nil {
		return err
	}
	// Fyne looks for the system's fonts when it first measures a text. A long list comes
	// meanwhile. The theme is set before, since Fyne keeps the font that it measured with.
	fyneApp.Settings().SetTheme(kit.NewTheme(kit.LightPalette(), kit.NewFonts()))
	fyne.MeasureText("TokenTray", 14, fyne.TextStyle{})
	rest := &rest{}
	w := window.New(fyneApp, window.Config{
		Connect:       conn.connect,
		First:         conn.first(soon),
		Kinds:         preset.With(kinds.Builtin()),
		Restart:       func(ctx context.Context) error { return stop(ctx, h) },
		Demo:          startDemo,
		Do:            rest.do,
		Rescale:       scale.set,
		Scheme:        watchScheme,
		ReadClipboard: clipboardReader(),
		Manager:       findManager,
		Kept:          readKept(h.Window()),
		PlaceOf:       placeOf,
		PutAt:         putAt,
		Closed:        endSoon,
		Keep:          func(kept []byte) error { return writeKept(h.Window(), kept) },
	})
	w.Start()
	w.Show()
	rest.calm = w.Calm
	rest.begin()
	fitScreen(w.Fyne(), rest.do)
	fyneApp.Run()
	w.Stop()
	return nil
}

// firstTime is how long the window waits for its first list before it is shown without.
const firstTime = time.Second

// endTime is how long the process of a closed window may take to end. It needs
// milliseconds unless a request to the agent is running.
const endTime = 5 * time.Second

// endSoon ends the process of a closed window. Fyne's loop can wait forever at its
// end: a function that is queued at the moment in which the queue is emptied never
// runs, and Fyne's lifecycle waits for it.
func endSoon() { time.AfterFunc(endTime, func() { os.Exit(0) }) }
