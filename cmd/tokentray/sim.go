package main

import (
	"context"
	"fmt"
	"net"

	"tokentray/core"
	"tokentray/core/sim"
	"tokentray/ui/cli"
)

// runSim is cli.Parts.Sim.
func runSim(ctx context.Context, o cli.SimOptions, ready func(url string)) error {
	ln, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return &core.Error{
			Class: core.Invalid, Remedy: core.RemedyInput, Err: err,
			Message: fmt.Sprintf("cannot listen on %s: %v; choose another address with --listen", o.Listen, bareNet(err)),
		}
	}
	s := sim.New(sim.Config{
		Life: o.Life, CallerIP: o.CallerIP, OpenRegistration: o.Open,
		Faults: sim.Faults{ErrorPercent: o.ErrorPercent, Latency: o.Latency},
	})
	ready("http://" + ln.Addr().String())
	return s.Serve(ctx, ln)
}

// bareNet removes the address from a *net.OpError, which repeats it.
func bareNet(err error) error {
	if op, ok := err.(*net.OpError); ok {
		return op.Err
	}
	return err
}
