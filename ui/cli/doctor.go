package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core/api"
	"tokentray/ui/text"
)

// DoctorOptions are the choices of tokentray doctor.
type DoctorOptions struct {
	Home    string
	BaseURL string // of the upstream to look at; empty means the default kind's
}

// Finding is one line of doctor. Says and Fix are keys of ui/text after
// "doctor."; Args are the names and values of their placeholders, in turn.
type Finding struct {
	Check string // keyring, bus, tray, …
	Level Level
	Says  string
	Fix   string // empty when there is nothing to do
	Args  []any
	// Err is the cause. If ui/text has sentences for it, they replace Says and Fix.
	Err error
}

// Level is how bad a finding is.
type Level string

// The levels. A failure keeps TokenTray from working and makes the exit code 1. With a
// warning it works in part.
const (
	LevelOK   Level = "ok"
	LevelWarn Level = "warn"
	LevelFail Level = "fail"
)

func (a *app) doctorCommand() *cobra.Command {
	var o DoctorOptions
	var bundle, yes bool
	cmd := &cobra.Command{
		Use: "doctor [--bundle [FILE]]",
		Args: func(cmd *cobra.Command, args []string) error {
			if !bundle {
				return noArgs(cmd, args)
			}
			return counted(cmd, args, min(len(args), 1), "usage.too_many")
		},
		ValidArgsFunction: completeFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Home = a.home
			findings, err := a.Doctor(cmd.Context(), o)
			if err != nil {
				return err
			}
			if !bundle {
				return a.report(findings)
			}
			return a.bundle(cmd.Context(), o, findings, strings.Join(args, ""), yes)
		},
	}
	cmd.Flags().StringVar(&o.BaseURL, "base-url", "", "flag.doctor_base_url")
	cmd.Flags().BoolVar(&bundle, "bundle", false, "flag.doctor_bundle")
	cmd.Flags().BoolVar(&yes, "yes", false, "flag.doctor_yes")
	return cmd
}

var errSick = errors.New("doctor found failures")

func (a *app) report(findings []Finding) error {
	type line struct {
		Check   string `json:"check"`
		Level   Level  `json:"level"`
		Message string `json:"message"`
		Remedy  string `json:"remedy,omitempty"`
	}
	var (
		lines []line
		rows  = table{colour: a.colour()}
		sick  error
	)
	mark := map[Level]cell{LevelOK: styled("✓", styleSandbox), LevelWarn: styled("!", styleWarn), LevelFail: styled("✗", styleLive)}
	for _, f := range findings {
		l := line{Check: f.Check, Level: f.Level}
		l.Message, l.Remedy = a.findingWords(f)
		if f.Level == LevelFail {
			sick = &errSilent{errSick}
		}
		lines = append(lines, l)
		said := l.Message
		if l.Remedy != "" {
			said += " " + l.Remedy
		}
		rows.add(mark[f.Level], plain(a.say(text.Key("doctor.check."+f.Check))), plain(said))
	}
	if a.json {
		if err := a.printJSON(lines); err != nil {
			return err
		}
		return sick
	}
	if err := a.print(rows.lines(0)...); err != nil {
		return err
	}
	return sick
}

// findingWords says what was found and what to do.
func (a *app) findingWords(f Finding) (says, fix string) { return a.wordsOf(a.text(), f) }

// wordsOf says it in a language.
func (a *app) wordsOf(tx *text.Text, f Finding) (says, fix string) {
	if e := api.FromError(f.Err); e != nil && tx.Has(text.Key("cause."+e.Remedy)) {
		fix = clean(tx.Remedy(e, ""))
		if pid := a.hungProcess(f.Err); pid != "" {
			fix += " " + pid
		}
		return clean(tx.Cause(e, "")), fix
	}
	says = clean(tx.Say(text.Key("doctor."+f.Says), f.Args...))
	if f.Fix != "" {
		fix = clean(tx.Say(text.Key("doctor."+f.Fix), f.Args...))
	}
	return says, fix
}
