package window

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
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

// TestANewPassphraseThatIsWeak says so while it is typed, in both languages, where the
// passphrase file is made and where an invite has one of the person's own.
func TestANewPassphraseThatIsWeak(t *testing.T) {
	for lang, weak := range map[string]string{"en": "can guess a passphrase this short", "zh": "口令过短"} {
		s := newStage(t).in(lang, 460).open()
		secrets := func() (out []*kit.Entry) {
			walk(s.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
				if e, ok := o.(*kit.Entry); ok && e.Password {
					out = append(out, e)
				}
			})
			return out
		}
		for place, open := range map[string]func(){
			"a passphrase file": s.vault.askInit,
			"an invite": func() {
				s.settings.inviteTo(api.Team{Name: "five"})
				walk(s.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
					if g, ok := o.(*kit.Segment); ok {
						g.Pick(1)
					}
				})
			},
		} {
			open()
			all := secrets()
			if len(all) != 2 {
				t.Fatalf("%s: %d fields", place, len(all))
			}
			s.mustNotSay(weak)
			for _, c := range []struct {
				text string
				weak bool
			}{{"hunter2", true}, {"aaaaaaaaaaaaaaaa", true}, {"correct horse battery", false}, {"short", true}, {"", false}} {
				all[0].SetText(c.text)
				if got := s.says(weak); got != c.weak {
					t.Errorf("%s, %s: %q is called weak: %v", lang, place, c.text, got)
				}
				all[1].SetText(c.text) // it is the same one
			}
			s.closeSheet()
		}
	}
}
