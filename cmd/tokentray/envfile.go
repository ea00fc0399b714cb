package main

import (
	"errors"

	"tokentray/core/interchange"
	"tokentray/ui/cli"
)

// readEnvFile is cli.Parts.ReadEnvFile.
func readEnvFile(data []byte) ([]cli.EnvLine, *cli.EnvFault) {
	vars, err := interchange.Variables(data)
	if err != nil {
		var faults interchange.Faults
		if errors.As(err, &faults) && len(faults) > 0 {
			return nil, &cli.EnvFault{Line: faults[0].Line}
		}
		return nil, &cli.EnvFault{Line: 1}
	}
	out := make([]cli.EnvLine, 0, len(vars))
	for _, v := range vars {
		out = append(out, cli.EnvLine{Name: v.Name, Value: v.Value, Line: v.Line})
	}
	return out, nil
}
