package doctor

import "context"

// Port is the state of the port of the local HTTP API.
type Port struct {
	Number int // 0: it is not known
	Open   bool
	// Taken: a program other than the agent listens there. Known: the system tells
	// whose it is, and User is its name.
	Taken, Known, Own bool
	User              string
}

// port checks the port to which programs send their client keys.
func (c Config) port(ctx context.Context) []Finding {
	p := c.Port(ctx)
	f := Finding{Check: "port", Level: OK, Args: []any{"port", p.Number, "user", p.User}}
	switch {
	case p.Number == 0:
		return nil // it is in the database, whose faults are reported elsewhere
	case p.Taken && p.Known && !p.Own:
		f.Level, f.Says, f.Fix = Fail, "port_other", "port_other_fix"
	case p.Taken && p.Known:
		f.Level, f.Says, f.Fix = Warn, "port_own", "port_fix"
	case p.Taken:
		f.Level, f.Says, f.Fix = Warn, "port_taken", "port_fix"
	case p.Open:
		f.Says = "port_ok"
	default:
		f.Says = "port_shut"
	}
	return []Finding{f}
}
