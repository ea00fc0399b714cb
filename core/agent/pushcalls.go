package agent

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
)

// AddPush implements api.Agent.
func (s *Service) AddPush(ctx context.Context, ref api.Ref, in api.PushInput) (api.Push, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Push{}, err
	}
	old, err := s.pushes.replaced(a, &in)
	if err != nil {
		return api.Push{}, err
	}
	if in.Redis != nil {
		if err := s.pushes.redis.mayKeep(ctx, a.ID, *in.Redis); err != nil {
			return api.Push{}, err
		}
	}
	if in.DryRun {
		return s.planRedis(ctx, a, in)
	}
	undo, err := s.redisPasswordFirst(ctx, a, in)
	if err != nil {
		return api.Push{}, err
	}
	kept, err := s.pushes.add(a, in)
	if err != nil {
		undo()
		return api.Push{}, err
	}
	if in.Replace != 0 {
		s.forgetRedisPassword(ctx, a, old)
	}
	s.keeper.Republish(a.ID)
	t, _ := s.keeper.Token(a.ID)
	if t.Dead || !t.Good(s.now(), 0) {
		return viewPush(kept), nil // the next renewal pushes it
	}
	out, err := s.pushes.run(ctx, a.ID, kept.Push, t)
	if err != nil {
		return viewPush(kept), nil // it is saved, and will be retried
	}
	return out, nil
}

// RemovePush implements api.Agent.
func (s *Service) RemovePush(ctx context.Context, ref api.Ref, number int) error {
	a, err := s.resolve(ref)
	if err != nil {
		return err
	}
	gone, err := s.pushes.remove(a.ID, number)
	if err != nil {
		return core.AsError(err)
	}
	s.keeper.Republish(a.ID)
	s.forgetRedisPassword(ctx, a, gone.Push)
	return nil
}

// RunPush implements api.Agent.
func (s *Service) RunPush(ctx context.Context, ref api.Ref, number int) (api.Push, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.Push{}, err
	}
	k, ok := s.pushes.find(a.ID, number)
	if !ok {
		return api.Push{}, noPush(a, number)
	}
	t, err := s.keeper.Get(ctx, a.ID, core.DefaultMinTTL)
	if err != nil {
		return api.Push{}, core.AsError(err)
	}
	return s.pushes.run(ctx, a.ID, k.Push, t)
}
