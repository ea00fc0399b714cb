package agent

import (
	"fmt"

	"tokentray/core"
	"tokentray/core/api"
)

// resolve finds the account that a Ref names. Without an environment it looks in the
// active one only: a caller who asks for shop must not get the live token because
// the sandbox has no shop.
func (s *Service) resolve(ref api.Ref) (core.Account, error) {
	name, err := core.CleanName(ref.Name)
	if err != nil {
		return core.Account{}, invalid(err)
	}
	env := ref.Env
	if env == "" {
		env = s.current().Active
	}
	if !env.Valid() {
		return core.Account{}, invalid(core.Problems{{Field: "env", Key: core.ProblemEnv}})
	}
	if a, ok := s.accounts.find(api.Ref{Name: name, Env: env}); ok {
		return a, nil
	}
	var elsewhere core.Env
	for _, other := range core.Envs() {
		if _, ok := s.accounts.find(api.Ref{Name: name, Env: other}); ok {
			elsewhere = other
		}
	}
	return core.Account{}, noAccount(api.Ref{Name: name, Env: env}, elsewhere)
}

// noAccount says that there is no such account, and in which environment there is
// one.
func noAccount(ref api.Ref, elsewhere core.Env) *core.Error {
	e := &core.Error{
		Class: core.NotFound, Remedy: core.RemedyAccount,
		Message: fmt.Sprintf("there is no account %s; tokentray list shows those there are", ref),
	}
	if elsewhere != "" {
		e.Message = fmt.Sprintf("there is no account %s, only %s; name that one", ref, api.Ref{Name: ref.Name, Env: elsewhere})
	}
	return e
}

// invalid is an error of class Invalid for problems with fields.
func invalid(cause error) *core.Error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: cause.Error(), Err: cause}
}
