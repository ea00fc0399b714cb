package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"tokentray/core"
	"tokentray/core/durable"
)

// Causes that callers distinguish by errors.Is. Each comes wrapped in a *core.Error
// that says what to do.
var (
	ErrInUse    = errors.New("another process has the database")
	ErrNewer    = errors.New("the database is of a newer version")
	ErrDamaged  = errors.New(core.SaysDamaged)
	ErrFull     = errors.New(core.SaysDiskFull)
	ErrReadOnly = errors.New("the database cannot be written")
	ErrSealed   = errors.New("the data key is not there")
)

// fail turns err into a *core.Error that says what was being done and what can
// be done. One that already is a *core.Error stays as it is.
func fail(doing string, err error) error {
	var e *core.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return err
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return core.AsError(err)
	case errors.Is(err, berrors.ErrTimeout):
		return problem(ErrInUse, err, core.RemedyInUse, doing, "another TokenTray has the database open; stop it with tokentray stop")
	case isFull(err):
		return problem(ErrFull, err, core.RemedyFull, doing, core.SaysDiskFull+"; free some space and try again, nothing was lost")
	case errors.Is(err, durable.ErrNotPlain):
		return problem(err, nil, core.RemedyPlainFile, doing, "something that is no file stands in the place of the database; move it away: "+err.Error())
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOTDIR):
		return problem(ErrReadOnly, err, core.RemedyReadOnly, doing, "the database file or its folder cannot be written; make them yours and writable")
	case errors.Is(err, ErrDamaged):
		return problem(ErrDamaged, err, core.RemedyDamaged, doing, core.SaysDamaged+"; restart TokenTray and it restores the newest backup")
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return problem(err, nil, core.RemedyTryAgain, doing, "the database is closed; start TokenTray again")
	}
	return problem(err, nil, core.RemedyDisk, doing, err.Error()+"; check the disk and try again")
}

// problem makes an Internal error whose chain holds both kind and cause.
func problem(kind, cause error, remedy, doing, text string) *core.Error {
	return &core.Error{
		Class: core.Internal, Message: doing + ": " + text, Remedy: remedy,
		Err: errors.Join(kind, cause),
	}
}

// isFull reports whether the disk, a quota or the size limit is used up. bbolt
// reports some causes only as text.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	for _, no := range fullErrnos() {
		if errors.Is(err, no) || strings.HasSuffix(err.Error(), no.Error()) {
			return true
		}
	}
	return false
}

// newer is the refusal of a database that a later program wrote.
func newer(found, known int) error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyNewer,
		Message: fmt.Sprintf(core.SaysNewerHome+" (schema %d, this one knows %d); update TokenTray, nothing was changed", found, known),
		Err:     ErrNewer,
	}
}

func invalid(problems core.Problems, format string, args ...any) error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: fmt.Sprintf(format, args...), Err: problems}
}

func noAccount(id core.ID) error {
	return &core.Error{
		Class: core.NotFound, Remedy: core.RemedyAccount,
		Message: fmt.Sprintf("there is no account %s; see tokentray list", id),
	}
}
