package api

import "tokentray/core"

// The shapes of requests and answers without a type of their own in the Agent
// interface. Client and server share them.

// versionHeader carries the API number in every answer.
const versionHeader = "Tokentray-Api"

type (
	envBody struct {
		Active core.Env `json:"active"`
	}
	pauseBody struct {
		Paused *bool `json:"paused"` // nil: missing, which is refused
	}
	valueBody struct {
		Value string `json:"value"`
	}
	// textBody holds the text in the clear, as passphraseBody does.
	textBody struct {
		Text   string `json:"text"`
		Secret bool   `json:"secret,omitempty"`
		Key    string `json:"key,omitempty"`
	}
	// passphraseBody holds the passphrase in the clear: it travels only over the
	// unix socket, and no request body is ever logged.
	passphraseBody struct {
		Passphrase string `json:"passphrase,omitempty"`
	}
	windowsBody struct {
		Windows int `json:"windows"`
	}
	historyBody struct {
		History []HistoryEntry `json:"history"`
	}
	failuresBody struct {
		Failures []Failure `json:"failures"`
	}
	// nothing is the answer of calls that return only success.
	nothing struct{}
)
