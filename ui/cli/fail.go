package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// usageError is a command line that cannot be run: exit code 2.
type usageError struct {
	key     text.Key
	args    []any
	command string // whose help explains it, such as "tokentray get"
}

func usage(key text.Key, args ...any) *usageError { return &usageError{key: key, args: args} }

func (e *usageError) Error() string { return text.New(text.English).Say(e.key, e.args...) }

// errInterrupted means that a prompt got Ctrl-C or the end of input.
var errInterrupted = errors.New("interrupted")

// errSilent ends a command with a code; everything was printed already.
type errSilent struct{ err error }

func (e *errSilent) Error() string { return e.err.Error() }
func (e *errSilent) Unwrap() error { return e.err }

// fail prints what went wrong and returns the exit code.
func (a *app) fail(ctx context.Context, err error, args []string) int {
	code := exitCode(ctx, err)
	var silent *errSilent
	var child *childExit
	switch {
	case errors.As(err, &silent), errors.As(err, &child):
	case a.json || slices.Contains(args, "--json"):
		a.failJSON(code, err, args)
	case code == exitInterrupted:
		_, _ = fmt.Fprintln(a.Term.Err()) // the prompt's line ends here
	default:
		for _, line := range a.explain(err) {
			_, _ = fmt.Fprintln(a.Term.Err(), core.HideSecrets(line, args...))
		}
	}
	return code
}

// failJSON writes the error as the local API does, on standard error, so that
// standard output is a whole answer or nothing.
func (a *app) failJSON(code int, err error, args []string) {
	var wire *api.Error
	var u *usageError
	switch {
	case code == exitInterrupted:
		wire = &api.Error{Class: "interrupted", Message: "interrupted"}
	case errors.As(err, &u):
		wire = &api.Error{Class: "usage", Message: u.Error(), Remedy: core.RemedyInput}
	default:
		wire = api.FromError(err)
	}
	if raw, err := encodeJSON(map[string]any{"error": wire}, ""); err == nil {
		_, _ = a.Term.Err().Write([]byte(core.HideSecrets(string(raw), args...)))
	}
}

// explain is an error for people, in their language: the cause, what to do, and what
// upstream said.
func (a *app) explain(err error) []string {
	var u *usageError
	if errors.As(err, &u) {
		out := []string{"tokentray: " + clean(a.say(u.key, u.args...))}
		if u.command != "" {
			out = append(out, "  "+a.say("usage.more", "command", u.command+" --help"))
		}
		return out
	}
	var faults api.ImportFaults
	if errors.As(err, &faults) {
		return a.faultLines(faults)
	}
	var preset api.PresetFaults
	if errors.As(err, &preset) {
		return a.presetFaultLines(preset)
	}
	out := a.explainWire(api.FromError(err))
	if pid := a.hungProcess(err); pid != "" {
		out = append(out, "  "+pid)
	}
	var other *elsewhere
	if errors.As(err, &other) {
		out = append(out[:1], "  "+clean(a.say("cli.elsewhere", "account", other.ref)))
	}
	return out
}

// hungProcess names the process of an agent that does not answer, or is empty.
func (a *app) hungProcess(err error) string {
	var hung *api.HungError
	if !errors.As(err, &hung) || hung.PID == 0 {
		return ""
	}
	return a.say("cli.hung_pid", "pid", hung.PID)
}

func (a *app) explainWire(e *api.Error) []string {
	if len(e.Problems) > 0 {
		return append([]string{"tokentray: " + a.say("cli.problems")}, a.problemLines(e.Kind, e.Problems)...)
	}
	if e.Kind == "" && a.about != nil { // what the vault refuses tells no kind
		own := *e
		own.Kind = a.about.Kind
		e = &own
	}
	tx := a.text()
	out := []string{"tokentray: " + clean(tx.Cause(e, a.account))}
	if r := tx.Remedy(e, a.account); r != "" {
		out = append(out, "  "+clean(r))
	}
	if d := tx.Details(e); len(d) > 0 {
		out = append(out, "  "+clean(strings.Join(d, a.say("cli.comma"))))
	}
	if a.about != nil {
		for _, line := range a.moreAbout(*a.about, e) {
			out = append(out, "  "+clean(line))
		}
	}
	return out
}

// problemLines says each problem of what was entered, with the field's name.
func (a *app) problemLines(kind core.Kind, problems []core.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, "  "+a.fieldName(kind, p.Field)+a.say("cli.colon")+a.problem(kind, p))
		if p.Key == core.ProblemAppIDTwice && !p.Warn {
			out = append(out, "  "+a.say("cli.apart"))
		}
	}
	return out
}

func (a *app) fieldName(kind core.Kind, field string) string {
	f, ofKind := a.text().Spec(kind).Field(field)
	if own := a.text().OwnField(kind, f); ofKind && own != "" {
		return own
	}
	if key := text.Key("cli.field." + field); a.text().Has(key) {
		return a.say(key)
	}
	if ofKind {
		return a.text().Field(kind, f)
	}
	return field
}

// problem says what is wrong with a field. A problem that only a newer agent knows is
// named by its key.
func (a *app) problem(kind core.Kind, p core.Problem) string {
	return strings.TrimPrefix(a.text().Problem(kind, p), "problem.")
}

// clean removes control characters from text of other sources, since a terminal would
// obey them.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// flagError says what is wrong with a flag. It never repeats a value: that could be a
// secret in the wrong place.
func flagError(cmd *cobra.Command, err error) error {
	var (
		missing *pflag.NotExistError
		value   *pflag.InvalidValueError
		empty   *pflag.ValueRequiredError
		u       *usageError
	)
	out := usage("usage.flags")
	switch {
	case errors.As(err, &u):
		out = u
	case errors.As(err, &missing):
		out = usage("usage.flag_unknown", "flag", flagSpelling(missing.GetSpecifiedName(), missing.GetSpecifiedShortnames()))
	case errors.As(err, &value):
		out = usage("usage.flag_value", "flag", "--"+value.GetFlag().Name)
	case errors.As(err, &empty):
		out = usage("usage.flag_empty", "flag", flagSpelling(empty.GetSpecifiedName(), empty.GetSpecifiedShortnames()))
	}
	out.command = cmd.CommandPath()
	return out
}

func flagSpelling(name, short string) string {
	if short != "" {
		return "-" + name
	}
	return "--" + name
}
