package agent

import (
	"context"
	"fmt"
	"net/url"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// childKeys are client keys that live as long as a process: those of commands that
// exec runs. They are in no store, and end with the agent too.
type childKeys struct {
	mu     sync.Mutex
	closed bool
	made   int
	ends   map[int]func() // each gives up waiting for a process
	wait   sync.WaitGroup
}

// AddChildKey implements api.Agent. Its calls are all of one account: whoever runs a
// command with the token in its environment hands it no more with the key.
func (s *Service) AddChildKey(_ context.Context, ref api.Ref, pid int) (api.ChildKey, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.ChildKey{}, err
	}
	addresses := s.loopback.server.Addresses()
	if len(addresses) == 0 {
		return api.ChildKey{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyDoorShut, Message: "the API on the loopback is off; open it with tokentray api on"}
	}
	ended, giveUp, err := watchProcess(pid)
	if err != nil {
		return api.ChildKey{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyNotHere, Message: "nothing tells here when the process ends, so it gets no key that ends with it; make one with tokentray api key add"}
	}
	// No key that a person makes has a slash in its name.
	name := fmt.Sprintf("exec/%d", pid)
	secret, hash := core.NewClientSecret()
	s.children.mu.Lock()
	defer s.children.mu.Unlock()
	if s.children.closed {
		giveUp()
		return api.ChildKey{}, core.ErrStopping()
	}
	if s.children.ends == nil {
		s.children.ends = map[int]func(){}
	}
	s.children.made++
	number := s.children.made
	s.children.ends[number] = giveUp
	s.keys.server.AddKey(core.ClientKey{
		Name: name, Hash: hash, Accounts: []string{a.Name}, Envs: []core.Env{a.Env}, Created: s.now(),
		CallRights: core.CallRights{Calls: []string{"* /*"}, LiveWrite: true, NoToken: true},
	})
	s.children.wait.Go(func() {
		ended()
		s.keys.server.RevokeKey(name)
		s.children.mu.Lock()
		defer s.children.mu.Unlock()
		delete(s.children.ends, number)
		giveUp()
	})
	return api.ChildKey{Key: secret.Reveal(), URL: "http://" + addresses[0] + "/call/" + url.PathEscape(a.Name) + "/" + string(a.Env)}, nil
}

// close ends all of them.
func (k *childKeys) close() {
	k.mu.Lock()
	k.closed = true
	for _, giveUp := range k.ends {
		giveUp()
	}
	k.mu.Unlock()
	k.wait.Wait()
}
