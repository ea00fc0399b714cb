package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"tokentray/core/api"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "version",
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.printVersion() },
	}
}

func (a *app) printVersion() error {
	if a.json {
		return a.printJSON(map[string]any{
			"version": a.Version, "api": api.Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
		})
	}
	return a.print(fmt.Sprintf("tokentray %s (API %d, %s, %s/%s)", a.Version, api.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH))
}
