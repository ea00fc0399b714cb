package agent

import (
	"cmp"
	"context"
	"net/http"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// newCalls makes calls for clients, with the Keeper's tokens.
func (s *Service) newCalls() *call.Engine {
	return call.New(call.Config{
		Token: func(ctx context.Context, spec kinds.Spec, a core.Account) (core.Token, error) {
			known := s.known.Load()
			t, err := s.keeper.Get(ctx, a.ID, core.DefaultMinTTL)
			return t, cmp.Or(err, s.edited(known, spec, a))
		},
		Stale: func(ctx context.Context, spec kinds.Spec, a core.Account, token string) (core.Token, error) {
			known := s.known.Load()
			got, err := s.keeper.Refresh(ctx, a.ID, core.Report{Stale: token})
			return got.Token, cmp.Or(err, s.edited(known, spec, a))
		},
		Credentials: func(ctx context.Context, a core.Account) (core.Credentials, error) {
			return s.vault.Credentials(ctx, a)
		},
		Explain: func(kind core.Kind, code int, message string) *core.Error {
			if e, ok := (*s.sources.Load())[kind].(core.Explainer); ok {
				return e.Explain(code, message)
			}
			return nil
		},
		Now: s.parts.Now,
	})
}

// Known implements door.Agent.
func (s *Service) Known(ref api.Ref) (core.Account, kinds.Spec, bool) {
	a, ok := s.accounts.find(ref)
	return a, s.spec(a.Kind), ok
}

// Call implements api.Agent.
func (s *Service) Call(ctx context.Context, ref api.Ref, req api.CallRequest) (api.CallAnswer, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.CallAnswer{}, err
	}
	if a.BaseURL == unknownHost {
		return api.CallAnswer{}, noHost()
	}
	spec := s.spec(a.Kind)
	if req.Agent != "" && !req.Dry { // a dry call only tells what would be sent
		if req.Agent, err = core.CleanName(req.Agent); err != nil {
			return api.CallAnswer{}, invalid(err)
		}
		if req.LiveWrite, err = s.mayCall(req.Agent, a, spec, req.Method, req.Target); err != nil {
			return api.CallAnswer{}, err
		}
	}
	r := call.Request{
		Method: req.Method, Target: req.Target, Header: req.Header, Body: req.Body, Length: req.Length,
		LiveWrite: req.LiveWrite, Hide: req.Hide,
	}
	if req.Dry {
		p, err := s.calls.Plan(spec, a, r)
		if err != nil {
			return api.CallAnswer{}, core.AsError(err)
		}
		return api.CallAnswer{Body: http.NoBody, CallResult: api.CallResult{
			Path: p.Judged.Path.String(), Reading: p.Judged.Reading,
			Plan: &api.CallPlan{Method: p.Judged.Method, URL: p.URL, Header: p.Header},
		}}, nil
	}
	got, err := s.calls.Do(ctx, spec, a, r)
	if req.Agent != "" {
		s.noteAgentCall(req, a, spec, got, err)
	}
	if err != nil {
		return api.CallAnswer{}, core.AsError(err)
	}
	s.uses.touch(a.ID, s.now())
	return api.CallAnswer{
		Body: got.Body, Length: got.Length,
		CallResult: api.CallResult{
			Status: got.Status, Header: got.Header, Path: got.Judged.Path.String(), Reading: got.Judged.Reading,
			Code: got.Code, Error: api.FromError(got.Refusal), Renewed: got.Renewed, NotAgain: got.NotAgain,
		},
	}, nil
}

// noteAgentCall writes a call that an AI agent was allowed into the history.
func (s *Service) noteAgentCall(req api.CallRequest, a core.Account, spec kinds.Spec, got *call.Response, err error) {
	if err != nil {
		j, _ := call.Judge(spec, req.Method, req.Target)
		s.noteCall(req.Agent, a, judgedCall(j), 0, err)
		return
	}
	s.noteCall(req.Agent, a, judgedCall(got.Judged), got.Code, nil)
}
