package agent

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
	"tokentray/core/kinds"
	"tokentray/core/recognise"
)

// readImport adds the accounts and settings of a request's file to the request, and
// returns the plan's part about the file. Without a file it does nothing. unsure are
// the indexes of accounts whose environment the file does not tell; presets are the
// preset files in a backup.
func readImport(req *api.ImportRequest, set kinds.Set) (plan api.ImportPlan, unsure map[int]bool, presets [][]byte, err error) {
	if req.File == nil {
		return plan, nil, nil, nil
	}
	if len(req.Accounts) > 0 || len(req.Settings) > 0 {
		return plan, nil, nil, api.Invalid("file excludes accounts and settings; send one of them")
	}
	in := *req.File
	o := interchange.Options{
		FileName: in.Name, Name: in.AccountName, Env: in.Env, Kind: in.Kind, Product: in.Product, BaseURL: in.BaseURL,
		From: interchange.Source(in.From), AppIDKey: in.AppIDKey, SecretKey: in.SecretKey, Passphrase: core.NewSecret(in.Passphrase),
		SkipForeign: req.SkipProblems,
		Recogniser:  recognise.New(recognise.Of(set)...),
	}
	if interchange.IsBackup(in.Data) {
		if in.Passphrase == "" {
			return plan, nil, nil, &core.Error{
				Class: core.Invalid, Remedy: core.RemedyBackupAsk,
				Message: "the file is a backup, encrypted under a passphrase; send the passphrase with it",
			}
		}
	}
	file, err := interchange.Read(in.Data, o)
	if err != nil {
		return plan, nil, nil, unreadable(err)
	}
	plan.Source, unsure = string(file.Source), map[int]bool{}
	for _, r := range file.Remarks {
		plan.Remarks = append(plan.Remarks, api.ImportRemark(r))
	}
	for i, a := range file.Accounts {
		unsure[i] = a.Unsure
		req.Accounts = append(req.Accounts, importInput(a))
		plan.Lines = append(plan.Lines, a.Line)
	}
	for _, s := range file.Settings {
		if req.Settings == nil {
			req.Settings = map[string]string{}
		}
		req.Settings[s.Key] = s.Value
	}
	return plan, unsure, file.Presets, nil
}

// unreadable is the error for a file with faults.
func unreadable(err error) error {
	var all interchange.Faults
	if !errors.As(err, &all) {
		return core.AsError(err)
	}
	lines, faults := make([]string, len(all)), make(api.ImportFaults, len(all))
	for i, f := range all {
		lines[i], faults[i] = f.Error(), api.ImportFault(f)
	}
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: strings.Join(lines, "; "), Err: faults}
}

// importInput is an account of a file as a person would enter it, with the fields
// that the file has and may have.
func importInput(a interchange.Account) api.AccountInput {
	in := api.AccountInput{Input: core.Input{Params: a.Params}}
	for _, p := range core.Plains() {
		value, told := p.Get(&a)
		if told && p.File != core.NoFile && (value != "" || p.Key != "kind" && p.Key != "product") {
			p.Put(&in.Input, value)
		}
	}
	if !a.Secret.Empty() {
		secret := a.Secret.Reveal()
		in.Secret = &secret
	}
	if !a.ProxyPassword.Empty() {
		password := a.ProxyPassword.Reveal()
		in.ProxyPassword = &password
	}
	return in
}

// Export implements api.Agent. The file cannot hold a secret: core.Account has
// none.
func (s *Service) Export(_ context.Context, req api.ExportRequest) (api.Export, error) {
	encode := interchange.AccountsJSON
	switch req.Format {
	case api.ExportJSON:
	case api.ExportCSV:
		encode = interchange.AccountsCSV
	default:
		return api.Export{}, api.Invalid("format must be %s or %s", api.ExportJSON, api.ExportCSV)
	}
	if req.Env != "" && !req.Env.Valid() {
		return api.Export{}, api.Invalid("env must be sandbox or live")
	}
	var accounts []core.Account
	all := s.accounts.all()
	slices.SortFunc(all, func(a, b core.Account) int {
		return refOf(a).Compare(refOf(b))
	})
	for _, a := range all {
		if (req.Env == "" || a.Env == req.Env) && (len(req.Accounts) == 0 || slices.Contains(req.Accounts, a.ID)) {
			accounts = append(accounts, a)
		}
	}
	data, err := encode(accounts)
	if err != nil {
		return api.Export{}, core.AsError(err)
	}
	return api.Export{Data: data, Accounts: len(accounts)}, nil
}
