package window

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestARefusalGoesWithItsCause: a form that was refused because the vault is closed
// says so no longer once it is open.
func TestARefusalGoesWithItsCause(t *testing.T) {
	s := newStage(t).open()
	s.agent.fails("add ", failure(core.VaultClosed, core.RemedyVaultInit))
	s.accounts.openAdd()
	s.typeInto("name", "shop")
	s.typeInto("appid", "wx0123456789abcdef")
	s.typeInto("secret", "0123456789abcdef0123456789abcdef")
	s.accounts.saveForm(s.accounts.form)
	s.untilSays("There is no usable place for secrets yet.")
	s.agent.send(api.Event{Type: api.EventVault, Vault: &api.Vault{Kind: "file", State: "locked"}})
	s.until("the lock", func() bool { return s.model.Vault.State == "locked" })
	s.mustSay("There is no usable place for secrets yet.")
	s.agent.send(api.Event{Type: api.EventVault, Vault: &api.Vault{Kind: "file", State: "open"}})
	s.until("the vault", func() bool { return s.model.Vault.State == "open" })
	s.mustNotSay("There is no usable place for secrets yet.")
	if s.accounts.form == nil {
		t.Error("the form is gone")
	}
}

// TestTheKeyringsQuestionIsPointedAt as long as it waits for its answer.
func TestTheKeyringsQuestionIsPointedAt(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, time.Hour)).open()
	s.model.Vault = api.Vault{Kind: "keyring", State: "locked"}
	s.vault.unlock()
	for range 3 {
		s.time = s.time.Add(20 * time.Second)
		s.tick()
		s.mustSay("Answer the keyring's question…")
	}
	s.until("the answer", func() bool { return s.model.Vault.State == "open" })
	s.mustNotSay("Answer the keyring's question…")
}
