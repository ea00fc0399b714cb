module tokentray/cmd/e2e/outside

go 1.26
