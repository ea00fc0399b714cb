package agent

import (
	"context"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
)

// Quota implements api.Agent.
func (s *Service) Quota(ctx context.Context, ref api.Ref, req api.QuotaRequest) (api.QuotaResult, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.QuotaResult{}, err
	}
	spec := s.spec(a.Kind)
	paths := req.Paths
	if len(paths) == 0 && spec.Meter != nil {
		paths = spec.Meter.Paths
	}
	if len(paths) > api.MaxQuotaPaths || slices.ContainsFunc(paths, oddPath) {
		return api.QuotaResult{}, api.Invalid("paths must be at most %d, each a path of the API such as /path/of/call, without host and query", api.MaxQuotaPaths)
	}
	told, failed := s.keeper.Usage(ctx, a.ID, paths)
	if failed != nil && len(told) == 0 {
		return api.QuotaResult{}, core.AsError(failed)
	}
	snap, _ := s.keeper.Snapshot(a.ID)
	out := api.QuotaResult{
		Usage: told, CallsToday: snap.Today.Calls, ForcedToday: snap.Today.Forced, Budget: a.Budget, CountsUntil: snap.DayEnds.UTC(),
	}
	if spec.Meter != nil {
		out.Resets = spec.Meter.Resets
	}
	if failed != nil {
		out.Error = api.FromError(failed)
	}
	return out, nil
}

// oddPath reports whether a text is not the path of an API.
func oddPath(path string) bool {
	return !strings.HasPrefix(path, "/") || len(path) > core.MaxURL || strings.ContainsFunc(path, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '?' || r == '#'
	})
}

// ResetQuota implements api.Agent.
func (s *Service) ResetQuota(ctx context.Context, ref api.Ref) (api.Account, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Account{}, err
	}
	s.retryVault(ctx)
	if err := s.keeper.ResetQuota(ctx, a.ID); err != nil {
		return api.Account{}, core.AsError(err)
	}
	s.log.Info("the upstream's counters of the day were reset", "account", a.ID)
	return s.Account(ctx, api.Ref{Name: a.Name, Env: a.Env})
}
