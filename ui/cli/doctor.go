package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"tokentray/core/api"
	"tokentray/ui/text"
)

// DoctorOptions are the choices of tokentray doctor.
type DoctorOptions struct {
	Home    string
	BaseURL string // of the upstream to look at; empty means WeChat's
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
	cmd := &cobra.Command{
		Use:  "doctor",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Home = a.home
			findings, err := a.Doctor(cmd.Context(), o)
			if err != nil {
				return err
			}
			return a.report(findings)
		},
	}
	cmd.Flags().StringVar(&o.BaseURL, "base-url", "", "flag.doctor_base_url")
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
	mark := map[Level]cell{LevelOK: {"✓", styleSandbox}, LevelWarn: {"!", styleWarn}, LevelFail: {"✗", styleLive}}
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
func (a *app) findingWords(f Finding) (says, fix string) {
	if e := api.FromError(f.Err); e != nil && a.text().Has(text.Key("cause."+e.Remedy)) {
		fix = clean(a.text().Remedy(e, ""))
		if pid := a.hungProcess(f.Err); pid != "" {
			fix += " " + pid
		}
		return clean(a.text().Cause(e, "")), fix
	}
	says = clean(a.say(text.Key("doctor."+f.Says), f.Args...))
	if f.Fix != "" {
		fix = clean(a.say(text.Key("doctor."+f.Fix), f.Args...))
	}
	return says, fix
}
