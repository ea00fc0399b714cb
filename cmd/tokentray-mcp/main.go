// Command tokentray-mcp serves the Model Context Protocol on standard input and
// output. People and AI clients start it as tokentray mcp. It is a separate program
// because the protocol's library needs memory that the agent, which runs all day,
// must not use.
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
		Raise: func(ctx context.Context, what api.Showing) bool { return raise(ctx, agent, what) },
	}, &sdk.StdioTransport{})
}

// raise shows something in the open windows. Without a window the agent opens one,
// because an AI client passes on few environment variables and rarely the display.
func raise(ctx context.Context, agent *api.Client, what api.Showing) bool {
	what.Start = true
	n, err := agent.Open(ctx, what)
	return err == nil && n > 0
}
