package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// errForbidden is the system's error for a socket that we may not open.
var errForbidden = fs.ErrPermission

// writeEvent writes one server-sent event. JSON holds no line break, so one
// data line is enough.
func writeEvent(w io.Writer, e Event) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", e.Type, err)
	}
	_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", e.Type, raw)
	return err
}

// errTooLong ends the reading of a stream whose event exceeds maxAnswer.
var errTooLong = errors.New("an event is longer than any could be")

// readEvents decodes a stream of server-sent events and calls yield with each until
// yield returns false or the stream ends. The end of the stream is no error. Unknown
// fields are skipped, as the format demands.
func readEvents(r io.Reader, yield func(Event) bool) error {
	lines := bufio.NewReaderSize(r, 32<<10)
	var data []byte
	for {
		line, err := readLine(lines, maxAnswer-len(data))
		if err != nil {
			if errors.Is(err, io.EOF) { // an unfinished event is none
				return nil
			}
			return err
		}
		if len(line) == 0 {
			if len(data) > 0 {
				e := Event{Snapshot: emptyList(data)}
				if err := json.Unmarshal(data, &e); err != nil {
					return errors.New("the agent sent an event that cannot be read")
				}
				if !yield(e) {
					return nil
				}
			}
			data = nil // not data[:0], which would keep the memory of a big snapshot
			continue
		}
		if rest, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			if len(data) > 0 {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(rest, []byte(" "))...)
		}
	}
}

// shortest is less than what an account takes on the wire, in bytes.
const shortest = 300

// emptyList is a list with room for the accounts of a snapshot, nil for other events. With ten
// thousand accounts a slice that grows would copy 16 MB, a quarter of the time to decode
// the snapshot while the window starts.
func emptyList(data []byte) *List {
	if !bytes.HasPrefix(data, []byte(`{"type":"`+EventSnapshot+`"`)) {
		return nil
	}
	return &List{Accounts: make([]Account, 0, len(data)/shortest)}
}

// readLine returns the next line without its end, at most limit bytes of it.
// The slice is valid until the next call.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var long []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(long)+len(part) > limit {
			return nil, errTooLong
		}
		switch {
		case err == nil && long == nil:
			return bytes.TrimRight(part, "\r\n"), nil
		case err == nil:
			return bytes.TrimRight(append(long, part...), "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
		default:
			return nil, err
		}
	}
}
