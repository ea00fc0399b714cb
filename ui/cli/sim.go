package cli

import (
	"time"

	"github.com/spf13/cobra"
)

// SimOptions are the choices of tokentray sim.
type SimOptions struct {
	Listen       string
	Life         time.Duration
	Open         bool // any AppID with any secret
	CallerIP     string
	ErrorPercent float64
	Latency      time.Duration
}

func (a *app) simCommand() *cobra.Command {
	var (
		o             SimOptions
		life, latency string
		closed        bool
	)
	cmd := &cobra.Command{
		Use:  "sim",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Life, err = parseLife(life); err != nil {
				return err
			}
			if o.Latency, err = parseLife(latency); err != nil {
				return err
			}
			if o.Life < time.Second || o.ErrorPercent < 0 || o.ErrorPercent > 100 {
				return usage("usage.sim")
			}
			o.Open = !closed
			ctx := cmd.Context()
			err = a.Sim(ctx, o, func(url string) { a.simReady(url, o.Open) })
			if ctx.Err() != nil { // Ctrl-C is how it ends
				return nil
			}
			return err
		},
	}
	cmd.Flags().StringVar(&o.Listen, "listen", "127.0.0.1:0", "flag.listen")
	cmd.Flags().StringVar(&life, "life", "2h", "flag.life")
	cmd.Flags().BoolVar(&closed, "closed", false, "flag.closed")
	cmd.Flags().StringVar(&o.CallerIP, "caller-ip", "", "flag.caller_ip")
	cmd.Flags().Float64Var(&o.ErrorPercent, "error-percent", 0, "flag.error_percent")
	cmd.Flags().StringVar(&latency, "latency", "0s", "flag.latency")
	return cmd
}

// simReady prints the URL alone on standard output, for scripts, and how to use it on
// standard error.
func (a *app) simReady(url string, open bool) {
	if a.json {
		_ = a.printJSON(map[string]string{"url": url, "control": url + "/sim/state"})
		return
	}
	_ = a.print(url)
	if open {
		a.note(a.say("sim.open"))
	} else {
		a.note(a.say("sim.closed", "url", url))
	}
	a.note(a.say("sim.use", "url", url), a.say("sim.control", "url", url), a.say("sim.end"))
}
