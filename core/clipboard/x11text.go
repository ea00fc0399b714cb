//go:build !windows && !darwin

package clipboard

import (
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// maxRead bounds what is read of another program's text, in bytes.
const maxRead = 1 << 20

// fetch asks the owner of a selection to convert it to target and reads the result.
// With a size of 0 or more it does not read a text of another length. found is
// nothing if the owner refuses, other if the text is not read, same if it was.
func (c *x11Client) fetch(selection, target xproto.Atom, size int) (text []byte, found verdict, err error) {
	into := c.atoms["TOKENTRAY_PASTE"]
	if err := xproto.ConvertSelectionChecked(c.conn, c.win, selection, target, into, xproto.TimeCurrentTime).Check(); err != nil {
		return nil, nothing, err
	}
	var answer xproto.SelectionNotifyEvent
	err = c.wait(func(ev xgb.Event) bool {
		n, ok := ev.(xproto.SelectionNotifyEvent)
		if ok = ok && n.Selection == selection && n.Target == target; ok {
			answer = n
		}
		return ok
	})
	if err != nil || answer.Property == xproto.AtomNone {
		return nil, nothing, err
	}
	head, err := xproto.GetProperty(c.conn, false, c.win, into, xproto.GetPropertyTypeAny, 0, 0).Reply()
	switch {
	case err != nil:
		return nil, nothing, err
	case head.Type == c.atoms["INCR"]:
		return c.fetchPieces(into, size)
	case head.Format != 8 && head.BytesAfter > 0, int(head.BytesAfter) > maxRead, size >= 0 && int(head.BytesAfter) != size:
		return nil, other, xproto.DeletePropertyChecked(c.conn, c.win, into).Check()
	}
	r, err := xproto.GetProperty(c.conn, true, c.win, into, xproto.GetPropertyTypeAny, 0, maxRead/4).Reply()
	if err != nil {
		return nil, nothing, err
	}
	return r.Value, same, nil
}

// fetchPieces reads a text that its owner sends in pieces.
func (c *x11Client) fetchPieces(into xproto.Atom, size int) (text []byte, found verdict, err error) {
	for {
		r, err := xproto.GetProperty(c.conn, true, c.win, into, xproto.GetPropertyTypeAny, 0, maxRead/4).Reply()
		if err != nil {
			return nil, nothing, err
		}
		switch incr := r.Type == c.atoms["INCR"]; {
		case incr: // only begins it
		case len(r.Value) == 0 && (size < 0 || len(text) == size):
			return text, same, nil
		case len(r.Value) == 0, r.Format != 8, len(text)+len(r.Value) > maxRead, size >= 0 && len(text)+len(r.Value) > size:
			clear(text)
			return nil, other, nil
		default:
			text = append(text, r.Value...)
			clear(r.Value)
		}
		err = c.wait(func(ev xgb.Event) bool {
			p, ok := ev.(xproto.PropertyNotifyEvent)
			return ok && p.Atom == into && p.State == xproto.PropertyNewValue
		})
		if err != nil {
			return nil, nothing, err
		}
	}
}

// holds compares a selection with a text. It reads no byte of a text of another
// length.
func (c *x11Client) holds(selection xproto.Atom, text fingerprint) (found verdict, by xproto.Window, err error) {
	if by, err = c.owner(selection); err != nil || by == xproto.WindowNone {
		return nothing, by, err
	}
	for _, target := range []string{"UTF8_STRING", "STRING"} {
		content, got, err := c.fetch(selection, c.atoms[target], text.size)
		if err != nil {
			return nothing, by, err
		}
		if got == same && !text.matches(content) {
			got = other
		}
		clear(content)
		if got != nothing {
			return got, by, nil
		}
	}
	return nothing, by, nil
}

// sweepCutBuffer empties the cut buffer if it holds the text. The buffer is older
// than selections and needs no owner; autocutsel copies the clipboard there.
func (c *x11Client) sweepCutBuffer(text fingerprint) error {
	if err := xproto.GrabServerChecked(c.conn).Check(); err != nil {
		return err
	}
	defer xproto.UngrabServer(c.conn)
	r, err := xproto.GetProperty(c.conn, false, c.root(), xproto.AtomCutBuffer0, xproto.AtomString, 0, uint32(text.size/4+1)).Reply()
	if err != nil {
		return err
	}
	ours := r.Format == 8 && r.BytesAfter == 0 && text.matches(r.Value)
	clear(r.Value)
	if !ours {
		return nil
	}
	return xproto.ChangePropertyChecked(c.conn, xproto.PropModeReplace, c.root(), xproto.AtomCutBuffer0, xproto.AtomString, 8, 0, nil).Check()
}
