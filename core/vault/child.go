package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// ServeKeyringChild is the hidden command ChildCommand: it serves one request and
// returns. It ends the process when the request's time is up, because its parent may
// be gone and a prompt can wait for ever.
func ServeKeyringChild(in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(in, maxMessage+1))
	if err != nil || len(data) > maxMessage {
		return errors.New("the request is not readable or too long")
	}
	req, err := decodeRequest(data)
	if err != nil {
		return err
	}
	timer := time.AfterFunc(req.Limit, func() { os.Exit(1) })
	defer timer.Stop()
	text, err := json.Marshal(serve(req))
	if err != nil {
		return errors.New("the answer could not be written")
	}
	_, err = out.Write(text)
	return err
}

// serve does what is asked. Before anything that could raise a prompt that nobody
// waits for, it checks whether the keyring is locked.
func serve(req request) answer {
	if !req.Attended {
		if o, detail := closed(); o != didIt {
			return answer{Outcome: o, Detail: detail}
		}
	}
	switch req.Op {
	case opGet:
		return get(req)
	case opSet:
		return set(req)
	}
	return remove(req)
}

func get(req request) answer {
	value, err := keyring.Get(req.Service, req.User)
	if err != nil {
		return judge(err)
	}
	return answer{Outcome: didIt, Value: []byte(value)}
}

// set reads back what it wrote: a dismissed prompt, and on macOS any failure, can
// look like success.
func set(req request) answer {
	if err := keyring.Set(req.Service, req.User, string(req.Value)); err != nil {
		return judge(err)
	}
	back := get(req)
	switch {
	case back.Outcome == didIt && bytes.Equal(back.Value, req.Value):
		return answer{Outcome: didIt}
	case back.Outcome == didIt || back.Outcome == notThere:
		return answer{Outcome: isLocked, Detail: "the entry is not there after it was written"}
	}
	return back
}

// maxSame bounds how many entries of one name are deleted in turn.
const maxSame = 8

// remove deletes until the entry is gone, for the same reason, and because a keyring
// can hold several of one name.
func remove(req request) answer {
	for range maxSame {
		if err := keyring.Delete(req.Service, req.User); err != nil {
			if errors.Is(err, keyring.ErrNotFound) {
				return answer{Outcome: didIt}
			}
			return judge(err)
		}
	}
	return answer{Outcome: isLocked, Detail: "the entry is still there after it was deleted"}
}

// judge turns an error of go-keyring 0.2.8 into an outcome. On Linux it writes its
// messages itself; on macOS it passes on the exit status of security(1), which is
// the last byte of an OSStatus.
func judge(err error) answer {
	text := err.Error()
	a := answer{Outcome: isAbsent, Detail: text}
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return answer{Outcome: notThere}
	case errors.Is(err, keyring.ErrSetDataTooBig):
		a.Outcome = isTooBig
	case strings.Contains(text, "failed to unlock correct collection") && strings.Contains(text, "/aliases/default"):
		a.Outcome = noKeyringAt
	case strings.Contains(text, "failed to unlock correct collection"),
		strings.Contains(text, "org.freedesktop.Secret.Error.IsLocked"),
		text == "exit status 36",  // errSecInteractionNotAllowed, -25308
		text == "exit status 51",  // errSecAuthFailed, -25293
		text == "exit status 128": // errSecUserCanceled, -128
		a.Outcome = isLocked
	}
	return a
}
