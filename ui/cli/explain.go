package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
)

func (a *app) explainCommand() *cobra.Command {
	var clipboard bool
	var kind string
	cmd := &cobra.Command{
		Use: "explain [CODE]",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && (!core.IsUpstreamCode(args[0]) || clipboard) {
				u := usage("usage.explain")
				u.command = cmd.CommandPath()
				return u
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if kind != "" && !slices.Contains(a.kinds().Names(), core.Kind(kind)) {
				return usage("usage.explain_kind")
			}
			text, err := a.answerText(cmd.Context(), args, clipboard)
			if err != nil {
				return err
			}
			return a.explainAnswer(cmd.Context(), api.ExplainRequest{Text: text, Kind: core.Kind(kind)})
		},
	}
	cmd.Flags().BoolVar(&clipboard, "clipboard", false, "flag.explain_clipboard")
	cmd.Flags().StringVar(&kind, "kind", "", "flag.explain_kind")
	_ = cmd.RegisterFlagCompletionFunc("kind", func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		return completeWords(words(a.kinds().Names())...)(cmd, args, begun)
	})
	return cmd
}

// answerText is the text to explain: the code of the command line, the clipboard's
// text, or standard input. It may hold tokens, so typing does not show it.
func (a *app) answerText(ctx context.Context, args []string, clipboard bool) (string, error) {
	switch {
	case len(args) == 1:
		return args[0], nil
	case clipboard:
		return a.ReadClipboard(ctx)
	}
	return a.stdin(ctx, "ask.answer")
}

// explainAnswer asks a running agent, which knows the kinds that a user added too,
// else this program alone.
func (a *app) explainAnswer(ctx context.Context, req api.ExplainRequest) error {
	got, err := askRunning(a, func(agent api.Agent, ctx context.Context) (api.Explanation, error) {
		return agent.Explain(ctx, req)
	})
	if e := new(core.Error); err != nil && (!errors.As(err, &e) || e.Remedy != core.RemedyNoCode) {
		got, err = a.Explain(req)
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(a.explanationJSON(got))
	}
	var lines []string
	if len(got.Meanings) > 1 {
		lines = append(lines, a.say("explain.several"), "")
	}
	for i, e := range got.Meanings {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, a.meaningLines(e)...)
	}
	return a.print(lines...)
}

func (a *app) meaningLines(e *api.Error) []string {
	m := a.text().Meaning(e, a.text().Remedy(e, ""))
	out := []string{m.Title, "  " + m.Cause}
	if m.Remedy != "" {
		out = append(out, "  "+m.Remedy)
	}
	if len(m.Facts) > 0 {
		out = append(out, "  "+strings.Join(m.Facts, a.say("cli.comma")))
	}
	for _, p := range m.Pages {
		out = append(out, "  "+p.Line)
	}
	for i := range out {
		out[i] = clean(out[i])
	}
	return out
}

// explained is an explanation with its sentences, for programs.
type explained struct {
	api.Explanation
	Meanings []saidMeaning `json:"meanings"`
}

type saidMeaning struct {
	*api.Error
	Cause string   `json:"cause"`
	Do    string   `json:"do,omitempty"` // what to do
	Pages []string `json:"pages,omitempty"`
}

func (a *app) explanationJSON(got api.Explanation) explained {
	out := explained{Explanation: got, Meanings: []saidMeaning{}}
	for _, e := range got.Meanings {
		m := a.text().Meaning(e, a.text().Remedy(e, ""))
		said := saidMeaning{Error: e, Cause: m.Cause, Do: m.Remedy}
		for _, p := range m.Pages {
			said.Pages = append(said.Pages, p.URL)
		}
		out.Meanings = append(out.Meanings, said)
	}
	return out
}
