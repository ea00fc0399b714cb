package call

import (
	"errors"
	"io"
)

// chunk is how much of a body is read at once.
const chunk = 32 << 10

// masked is a body with its secrets hidden. Close closes the body.
type masked struct {
	from io.ReadCloser
	mask *Mask
	buf  []byte
	gone int   // of buf: was handed out
	done int   // of buf: may be
	have int   // of buf: was read
	err  error // of from; what is left is sent before it
}

// newMasked masks a body of a length, -1 if not known.
func newMasked(from io.ReadCloser, mask *Mask, length int64) *masked {
	size := int64(chunk)
	if length >= 0 {
		size = min(size, length+1) // most answers are short
	}
	return &masked{from: from, mask: mask, buf: make([]byte, size)}
}

func (m *masked) Read(p []byte) (int, error) {
	for m.gone == m.done {
		if m.err != nil {
			return 0, m.err
		}
		m.fill()
	}
	n := copy(p, m.buf[m.gone:m.done])
	m.gone += n
	return n, nil
}

// fill reads more. If the body breaks off, it holds back what may be the start of a
// secret.
func (m *masked) fill() {
	m.have = copy(m.buf, m.buf[m.gone:m.have])
	if m.have == len(m.buf) { // a secret longer than everything read so far
		m.buf = append(m.buf, make([]byte, len(m.buf))...)
	}
	n, err := m.from.Read(m.buf[m.have:])
	m.have += n
	m.err = err
	m.gone, m.done = 0, m.mask.hide(m.buf[:m.have], errors.Is(err, io.EOF))
}

func (m *masked) Close() error { return m.from.Close() }
