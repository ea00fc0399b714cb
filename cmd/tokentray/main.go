// Command tokentray is the agent, its tray icon and the command line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"tokentray/core/clipboard"
	"tokentray/core/harden"
	"tokentray/core/launch"
	"tokentray/core/vault"
	"tokentray/ui/cli"
)

// version is set by the linker.
var version string

func main() {
	had, exposed := harden.Process()
	// The keyring's child is started for each secret, so it is handled first.
	if len(os.Args) == 2 && os.Args[1] == vault.ChildCommand {
		if err := vault.ServeKeyringChild(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run(had, exposed))
}

// run is the program. had is the limit of core dumps before it was lowered; commands
// that exec runs get it back. exposed says why other programs may read this one's
// memory.
func run(had harden.Limit, exposed error) int {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	p := program{version: versionOf(), starter: launch.Announce(), exposed: exposed}
	return cli.Run(ctx, cli.Parts{
		Version:      p.version,
		Kinds:        knownKinds,
		Term:         cli.NewConsole(os.Stdin, os.Stdout, os.Stderr),
		Getenv:       os.Getenv,
		Now:          time.Now,
		Connect:      connect,
		DatabaseOpen: databaseOpen,
		Ours:         ours,
		OpenWindow:   openWindow,
		Environ:      os.Environ,
		RunChild: func(c cli.Child) (int, error) {
			had.Lift()
			return cli.RunChild(c)
		},
		WriteToken:  writeToken,
		FindMCP:     func() (string, error) { return launch.FindProgram("tokentray-mcp") },
		ReadEnvFile: readEnvFile,
		ReadClipboard: func(ctx context.Context) (string, error) {
			return clipboard.ReadAsked(ctx, clipboard.EnvSession())
		},
		Explain: explain, ScanRedis: scanRedis,
		Agent:   p.agent,
		Demo:    p.demo,
		Sim:     runSim,
		Holder:  portHolder,
		Doctor:  runDoctor,
		Machine: machine,
	}, os.Args[1:])
}

// endings are the signals that end a command. Under nohup a hangup stays ignored,
// here and in commands that exec runs.
func endings() []os.Signal {
	var out []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			out = append(out, s)
		}
	}
	return out
}

// program is what the agent, the demo, the simulator and doctor share.
type program struct {
	version string
	starter *launch.Announcer
	exposed error // why other programs may read the memory of this one
}

// versionOf returns the linker's version, else the module's, else dev.
func versionOf() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
