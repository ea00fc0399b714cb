package agent

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// childKeys are client keys that live as long as a process: those of commands that
// exec runs. No store has them. Each holds its process and account under a seal, so
// that an agent started later knows it again.
type childKeys struct {
	mu     sync.Mutex
	closed bool
	ends   map[core.KeyHash]func() // each stops waiting for its process
	wait   sync.WaitGroup
	key    [sha256.Size]byte // zero: none yet
}

// child is a process with a key, and the account for which it may call.
type child struct {
	pid     uint32
	started uint64 // start time as the system counts it; another process with the same number differs
	account core.ID
}

// seal returns the key that seals children's keys. It is the same after each start
// of the agent.
func (k *childKeys) seal(key [sha256.Size]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.key = key
}

// sealKey is that key, or one of this process while the vault is closed.
func (k *childKeys) sealKey() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key == [sha256.Size]byte{} {
		rand.Read(k.key[:]) // never fails, see crypto/rand
	}
	return k.key[:]
}

// secret is the key of a child.
func (k *childKeys) secret(c child) core.Secret {
	said := binary.BigEndian.AppendUint32(nil, c.pid)
	said = binary.BigEndian.AppendUint64(said, c.started)
	said = append(said, c.account...)
	mac := hmac.New(sha256.New, k.sealKey())
	mac.Write(said)
	return core.NewSecret(core.ChildKeyPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(said)))
}

// open reads the key of a child; ok is false unless we sealed it.
func (k *childKeys) open(key string) (c child, ok bool) {
	const head = 4 + 8
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(key, core.ChildKeyPrefix))
	if err != nil || len(raw) <= head+sha256.Size {
		return child{}, false
	}
	c = child{binary.BigEndian.Uint32(raw), binary.BigEndian.Uint64(raw[4:]), core.ID(raw[head : len(raw)-sha256.Size])}
	return c, hmac.Equal([]byte(k.secret(c).Reveal()), []byte(key))
}

// AddChildKey implements api.Agent. The key allows all calls of one account: a
// command that has the token in its environment gets no more with the key.
func (s *Service) AddChildKey(_ context.Context, ref api.Ref, pid int) (api.ChildKey, error) {
	a, err := s.resolve(ref)
	if err != nil {
		return api.ChildKey{}, err
	}
	addresses := s.loopback.server.Addresses()
	if len(addresses) == 0 {
		return api.ChildKey{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyDoorShut, Message: "the API on the loopback is off; open it with tokentray api on"}
	}
	started, err := startOf(pid)
	if err != nil {
		return api.ChildKey{}, errNoWatch()
	}
	c := child{uint32(pid), started, a.ID}
	secret := s.children.secret(c)
	if err := s.watchChild(secret, c, a); err != nil {
		return api.ChildKey{}, err
	}
	return api.ChildKey{Key: secret.Reveal(), URL: "http://" + addresses[0] + "/call/" + url.PathEscape(a.Name) + "/" + string(a.Env)}, nil
}

func errNoWatch() error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyNotHere, Message: "nothing tells here when the process ends, so it gets no key that ends with it; make one with tokentray api key add"}
}

// adoptChildKey adds the key of a child that was started before this agent.
func (s *Service) adoptChildKey(key string) bool {
	c, ok := s.children.open(key)
	if !ok {
		return false
	}
	a, ok := s.accounts.get(c.account)
	if !ok {
		return false
	}
	return s.watchChild(core.NewSecret(key), c, a) == nil
}

// watchChild keeps a key valid until its process ends.
func (s *Service) watchChild(secret core.Secret, c child, a core.Account) error {
	ended, giveUp, err := watchProcess(int(c.pid))
	if err != nil {
		return errNoWatch()
	}
	// The process is watched from here on, so its number cannot belong to another.
	if started, err := startOf(int(c.pid)); err != nil || started != c.started {
		giveUp()
		return errNoWatch()
	}
	// No key that a person makes has a slash in its name.
	name, hash := fmt.Sprintf("exec/%d", c.pid), core.HashKey(secret.Reveal())
	s.children.mu.Lock()
	defer s.children.mu.Unlock()
	if s.children.closed {
		giveUp()
		return core.ErrStopping()
	}
	if s.children.ends[hash] != nil { // another call of the child was faster
		giveUp()
		return nil
	}
	if s.children.ends == nil {
		s.children.ends = map[core.KeyHash]func(){}
	}
	s.children.ends[hash] = giveUp
	s.keys.server.AddKey(core.ClientKey{
		Name: name, Hash: hash, Accounts: []string{a.Name}, Envs: []core.Env{a.Env}, Created: s.now(),
		CallRights: core.CallRights{Calls: []string{"* /*"}, LiveWrite: true, NoToken: true},
	})
	s.children.wait.Go(func() {
		ended()
		s.keys.server.RevokeKey(name)
		s.children.mu.Lock()
		defer s.children.mu.Unlock()
		delete(s.children.ends, hash)
		giveUp()
	})
	return nil
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
