package main

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/push"
)

// writeToken is cli.Parts.WriteToken: a push that is not saved.
func writeToken(path string, form core.PushForm, t api.Token) error {
	return push.Deliver(context.Background(), push.Job{
		Account: core.Account{Name: t.Account, Env: t.Env, AppID: t.AppID}, BaseURL: t.BaseURL,
		Push:  core.Push{Kind: core.PushFile, Path: path, Form: form},
		Token: core.Token{Value: t.AccessToken, ObtainedAt: t.ObtainedAt, ExpiresAt: t.ExpiresAt},
	})
}
