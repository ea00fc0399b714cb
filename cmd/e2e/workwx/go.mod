module tokentray/cmd/e2e/workwx

go 1.26

require (
	github.com/xen0n/go-workwx v1.5.0
	tokentray/cmd/e2e/outside v0.0.0
)

require github.com/cenkalti/backoff/v4 v4.1.3 // indirect

replace tokentray/cmd/e2e/outside => ../outside
