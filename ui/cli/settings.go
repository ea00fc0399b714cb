package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/ui/text"
)

func (a *app) settingsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "settings",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.settingsList(cmd.Context()) },
	}
	get := &cobra.Command{
		Use: "get KEY",
		Args: func(cmd *cobra.Command, args []string) error {
			return counted(cmd, args, 1, "usage.one_setting")
		},
		ValidArgsFunction: completeSetting,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.settingsGet(cmd.Context(), args[0]) },
	}
	set := &cobra.Command{
		Use: "set KEY VALUE",
		Args: func(cmd *cobra.Command, args []string) error {
			return counted(cmd, args, 2, "usage.key_value")
		},
		ValidArgsFunction: completeSettingValue,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.settingsSet(cmd.Context(), args[0], args[1])
		},
	}
	folder := &cobra.Command{
		Use:  "folder",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.settingsFolder(cmd.Context()) },
	}
	cmd.AddCommand(get, set, folder)
	return cmd
}

// completeSetting offers the settings.
func completeSetting(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return core.SettingKeys(), cobra.ShellCompDirectiveNoFileComp
}

// completeSettingValue offers the settings, then what one can be set to.
func completeSettingValue(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return core.SettingValues(args[0]), cobra.ShellCompDirectiveNoFileComp
	}
	return completeSetting(cmd, args, typed)
}

func (a *app) settings(ctx context.Context) (core.Settings, error) {
	agent, err := a.connect(ctx)
	if err != nil {
		return core.Settings{}, err
	}
	return agent.Settings(ctx)
}

func (a *app) settingsList(ctx context.Context) error {
	s, err := a.settings(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(settingsMap(s))
	}
	t := table{}
	for _, key := range core.SettingKeys() {
		value, _ := s.Get(key)
		t.add(plain(key), plain(value), plain(a.say(text.Key("settings."+key), "formats", strings.Join(core.Formats(), ", "))))
	}
	return a.print(t.lines(0)...)
}

// settingsFolder prints where the agent keeps its data.
func (a *app) settingsFolder(ctx context.Context) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	s, err := agent.Status(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]string{"folder": s.Home})
	}
	return a.print(s.Home)
}

func settingsMap(s core.Settings) map[string]string {
	out := map[string]string{}
	for _, key := range core.SettingKeys() {
		out[key], _ = s.Get(key)
	}
	return out
}

func (a *app) settingsGet(ctx context.Context, key string) error {
	s, err := a.settings(ctx)
	if err != nil {
		return err
	}
	value, ok := s.Get(key)
	if !ok {
		return unknownSetting()
	}
	if a.json {
		return a.printJSON(map[string]string{key: value})
	}
	return a.print(value)
}

func (a *app) settingsSet(ctx context.Context, key, value string) error {
	probe := core.DefaultSettings()
	if _, ok := probe.Get(key); !ok {
		return unknownSetting()
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	s, err := agent.SetSetting(ctx, key, value)
	if err != nil {
		return err
	}
	if key == "language" {
		a.tx = nil
	}
	now, _ := s.Get(key)
	if a.json {
		return a.printJSON(map[string]string{key: now})
	}
	a.note(a.say("settings.done", "key", key, "value", now))
	return nil
}
