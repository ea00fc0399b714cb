package cli

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"sync"

	"tokentray/core/job"
)

// RunChild runs a child and returns its exit code. Ctrl-C reaches every program of
// the console, the child too; this program ignores it. When this program is killed,
// the child ends with all that it started; what is left when the child has ended by
// itself lives on.
func RunChild(c Child) (int, error) {
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Env: c.Env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, os.Interrupt)
	defer signal.Stop(signals)
	all, err := job.New(true)
	if err != nil {
		return 0, err
	}
	defer func() { _ = all.Close() }()
	if err := all.Start(cmd); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	if c.Beside != nil {
		wg.Go(func() { c.Beside(ctx) })
	}
	_ = cmd.Wait() // its state tells more
	return cmd.ProcessState.ExitCode(), nil
}

// tellsOfRenewal says that there are neither signals nor process groups here by which
// a command could be told of a renewal.
const tellsOfRenewal = false

func signalNamed(string) os.Signal { return nil }
