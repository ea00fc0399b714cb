package agent

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/diagnose"
)

// Explain implements api.Agent; it covers the kinds that a user added too.
func (s *Service) Explain(_ context.Context, req api.ExplainRequest) (api.Explanation, error) {
	d, err := diagnose.Knowledge{
		Kinds: s.kindSet(),
		Of: func(kind core.Kind) core.Interpreter {
			i, _ := (*s.sources.Load())[kind].(core.Interpreter)
			return i
		},
	}.Explain(req.Text, req.Kind)
	if err != nil {
		return api.Explanation{}, err
	}
	return api.ShowDiagnosis(d), nil
}
