package call

import (
	"bytes"
	"errors"
	"io"
)

// maxKept is how much of a caller's body is kept in memory: a body up to this length
// can be sent again.
const maxKept = 256 << 10

// body is what a caller sends.
type body struct {
	kept   []byte    // its beginning; the whole body if rest is nil
	rest   io.Reader // what follows; nil: nothing
	length int64     // of the whole; -1: not known
}

// keep reads the beginning of a body. length is what the caller says, -1 if nothing.
func keep(from io.Reader, length int64) (body, error) {
	if from == nil || length == 0 {
		return body{}, nil
	}
	size := int64(maxKept + 1)
	if length > 0 {
		size = min(size, length)
	}
	kept, err := io.ReadAll(io.LimitReader(from, size))
	switch {
	case err != nil:
		return body{}, errBody(err)
	case length > 0 && int64(len(kept)) == length:
		return body{kept: kept, length: length}, nil
	case int64(len(kept)) < size && length > 0:
		return body{}, errBody(io.ErrUnexpectedEOF)
	case int64(len(kept)) < size:
		return body{kept: kept, length: int64(len(kept))}, nil
	}
	return body{kept, from, length}, nil
}

// again reports whether the body can be sent once more.
func (b body) again() bool { return b.rest == nil }

// reader is the whole body, nil if there is none. With a rest it can be read only
// once.
func (b body) reader() io.Reader {
	switch {
	case b.rest != nil:
		return io.MultiReader(bytes.NewReader(b.kept), callers{b.rest})
	case len(b.kept) > 0:
		return bytes.NewReader(b.kept)
	}
	return nil
}

// callers marks failures in reading the caller's body: they are not upstream's
// fault.
type callers struct{ io.Reader }

func (c callers) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = errBody(err)
	}
	return n, err
}
