// Command tokentray-mcp serves the Model Context Protocol on standard input and output.
// People and AI clients start it as tokentray mcp. It is a program of its own because
// the protocol's library costs memory that the agent, which lives all day, must not pay.
//
//	tokentray-mcp [--home DIR] [--as NAME]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/harden"
	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/ui/mcp"
	"tokentray/ui/text"
)

// version is set by the build.
var version = "dev"

func main() {
	if _, err := harden.Process(); err != nil {
		fmt.Fprintln(os.Stderr, "tokentray-mcp:", err)
	}
	say := text.New(text.Choose("auto"))
	dir := flag.String("home", "", say.Say("flag.home"))
	client := flag.String("as", mcp.DefaultClient, say.Say("flag.mcp_as"))
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *dir, *client); err != nil && !errors.Is(err, io.EOF) && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "tokentray-mcp:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, dir, client string) error {
	client, err := core.CleanName(client)
	if err != nil {
		return err
	}
	h, err := home.Find(dir)
	if err != nil {
		return err
	}
	agent, err := launch.Ensure(ctx, h, launch.Start{})
	if err != nil {
		return err
	}
	defer agent.Close()
	agent.Revive = func(ctx context.Context) error {
		again, err := launch.Ensure(ctx, h, launch.Start{})
		if again != nil {
			again.Close()
		}
		return err
	}
	set, err := agent.Kinds(ctx)
	if err != nil {
		return err
	}
	return mcp.Serve(ctx, mcp.Config{
		Agent: agent, Client: client, Version: version, Text: text.New(text.English).Knowing(set),
		Raise: func(ctx context.Context, what api.Showing) bool { return raise(ctx, agent, dir, what) },
	}, &sdk.StdioTransport{})
}

// raise brings something in sight in the windows that are there; without one it starts
// one, where there is a screen.
func raise(ctx context.Context, agent *api.Client, dir string, what api.Showing) bool {
	if n, err := agent.Open(ctx, what); err == nil && n > 0 {
		return true
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return false
	}
	exe, err := launch.FindProgram("tokentray")
	if err != nil {
		return false
	}
	args := []string{"open"}
	if dir != "" {
		args = append(args, "--home", dir)
	}
	return exec.CommandContext(ctx, exe, args...).Run() == nil
}
