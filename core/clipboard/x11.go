//go:build !windows && !darwin

package clipboard

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/jezek/xgb/xproto"
)

// goodbye bounds how long a release waits for a server that does not answer.
const goodbye = time.Second

// secretHint is the target with which password managers ask clipboard histories to
// leave a text out; its content is hintValue.
const (
	secretHint = "x-kde-passwordManagerHint"
	hintValue  = "secret"
)

// targets are the names of all atoms we use, in the order in which TARGETS
// lists those up to secretHint.
var targets = [...]string{
	"TARGETS", "TIMESTAMP", "MULTIPLE", "UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT", "STRING",
	secretHint, "CLIPBOARD", "ATOM_PAIR", "INCR", "TOKENTRAY_PASTE",
}

// x11Owner owns the CLIPBOARD selection of an X server, and PRIMARY if wanted, by
// the rules of the Inter-Client Communication Conventions Manual, section 2. It has
// a connection and a window of its own and serves requests until it loses the
// selections.
type x11Owner struct {
	*x11Client
	since xproto.Timestamp // when the server gave us the selection
	owns  []xproto.Atom    // the selections, CLIPBOARD first
	text  []byte

	secret bool          // the hint for clipboard histories is offered
	away   chan struct{} // closed when CLIPBOARD is lost
	done   chan struct{} // closed when serve has ended
	pastes *pastes       // nil: the text may be pasted many times
}

// newOwner takes the selection.
func (b x11Board) newOwner(text string, secret bool) (_ *x11Owner, err error) {
	c, err := dialX11(b.session)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.conn.Close()
		}
	}()
	if limit := int(xproto.Setup(c.conn).MaximumRequestLength)*4 - 64; len(text) > limit {
		return nil, tooBig(limit)
	}
	o := b.owner(c, text, secret)
	if b.how.primary {
		o.owns = append(o.owns, xproto.AtomPrimary)
	}
	if b.how.once {
		o.pastes = newPastes(time.Now())
	}
	if err := o.acquire(); err != nil {
		return nil, err
	}
	go o.serve()
	return o, nil
}

// acquire becomes the owner of the selections.
func (o *x11Owner) acquire() (err error) {
	if o.since, err = o.timestamp(); err != nil {
		return err
	}
	for _, selection := range o.owns {
		if err := xproto.SetSelectionOwnerChecked(o.conn, o.win, selection, o.since).Check(); err != nil {
			return err
		}
	}
	by, err := o.owner(o.owns[0])
	if err != nil {
		return err
	}
	if by != o.win {
		return errors.New("another program took the clipboard at the same moment")
	}
	return nil
}

// serve answers requests until the selections or the server are gone.
func (o *x11Owner) serve() {
	defer close(o.done)
	owns, here := len(o.owns), true
	defer func() {
		if here {
			close(o.away)
		}
	}()
	for owns > 0 {
		ev, xerr := o.conn.WaitForEvent()
		if ev == nil && xerr == nil {
			return
		}
		switch ev := ev.(type) {
		case xproto.SelectionRequestEvent:
			o.answer(ev)
		case xproto.SelectionClearEvent:
			owns--
			if ev.Selection == o.owns[0] && here {
				here = false
				close(o.away)
			}
		}
	}
}

func (o *x11Owner) lost() <-chan struct{} { return o.away }

func (o *x11Owner) pasted() <-chan struct{} {
	if o.pastes == nil {
		return nil
	}
	return o.pastes.pasted
}

// ours asks the server, because the news of a loss may be under way. A server that
// does not answer within goodbye counts as a loss.
func (o *x11Owner) ours() bool {
	answer := make(chan bool, 1)
	go func() { // ends with the answer, or with the connection
		by, err := o.owner(o.owns[0])
		answer <- err == nil && by == o.win
	}()
	select {
	case <-o.away:
		return false
	case yes := <-answer:
		return yes
	case <-time.After(goodbye):
		return false
	}
}

// release destroys the window, with which the server takes the selection from us,
// and closes the connection. Setting the owner to none instead could hit a program
// that took the selection in the same millisecond; the window is ours alone. A
// server that does not answer is left after goodbye.
func (o *x11Owner) release() bool {
	ours := true
	select {
	case <-o.away:
		ours = false
	default:
	}
	select {
	case <-o.done:
	default:
		// The reply to GetInputFocus comes when the server has done everything
		// before it.
		xproto.DestroyWindow(o.conn, o.win)
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			xproto.GetInputFocus(o.conn).Reply()
		}()
		select {
		case <-asked:
		case <-time.After(goodbye):
		}
	}
	o.conn.Close()
	select {
	case <-o.done:
	case <-time.After(goodbye):
	}
	return ours
}

// answer serves one request and replies to the requestor, with property None if we
// do not offer the target.
func (o *x11Owner) answer(req xproto.SelectionRequestEvent) {
	property := req.Property
	if property == xproto.AtomNone {
		property = req.Target // a client older than the conventions
	}
	ok := slices.Contains(o.owns, req.Selection)
	if ok && o.names[req.Target] == "MULTIPLE" {
		ok = req.Property != xproto.AtomNone && o.multiple(req.Requestor, property)
	} else if ok {
		ok = o.convert(req.Requestor, req.Target, property)
	}
	if !ok {
		property = xproto.AtomNone
	}
	notify := xproto.SelectionNotifyEvent{
		Time: req.Time, Requestor: req.Requestor, Selection: req.Selection, Target: req.Target, Property: property,
	}
	xproto.SendEvent(o.conn, false, req.Requestor, xproto.EventMaskNoEvent, string(notify.Bytes()))
	if ok && o.pastes != nil {
		o.pastes.note(o.reader(req.Requestor), o.names[req.Target], time.Now(), func() string { return o.process(req.Requestor) })
	}
}

// isText reports whether a form is the text itself, or may be.
func isText(target string) bool {
	switch target {
	case "UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT", "STRING", "MULTIPLE":
		return true
	}
	return false
}

// convert writes the selection in the form target into a property of window w.
func (o *x11Owner) convert(w xproto.Window, target, property xproto.Atom) bool {
	typ, format, data := o.form(target)
	if data == nil {
		return false
	}
	n := uint32(len(data) / (int(format) / 8))
	return xproto.ChangePropertyChecked(o.conn, xproto.PropModeReplace, w, property, typ, format, n, data).Check() == nil
}

// form is the selection in the form target: property type, bits per item, content.
// Content is nil for a form we do not offer.
func (o *x11Owner) form(target xproto.Atom) (xproto.Atom, byte, []byte) {
	name, known := o.names[target]
	if !known {
		return 0, 0, nil
	}
	switch name {
	case "TARGETS":
		var list []byte
		for _, t := range targets {
			if t == "STRING" && !ascii(o.text) || t == secretHint && !o.secret {
				continue
			}
			if t == "CLIPBOARD" {
				break
			}
			list = binary.LittleEndian.AppendUint32(list, uint32(o.atoms[t]))
		}
		return xproto.AtomAtom, 32, list
	case "TIMESTAMP":
		return xproto.AtomInteger, 32, binary.LittleEndian.AppendUint32(nil, uint32(o.since))
	case secretHint:
		if !o.secret {
			return 0, 0, nil
		}
		return target, 8, []byte(hintValue)
	case "UTF8_STRING", "text/plain;charset=utf-8", "text/plain":
		return target, 8, o.text
	case "TEXT": // the owner chooses the encoding
		return o.atoms["UTF8_STRING"], 8, o.text
	case "STRING": // Latin-1, of which we use the ASCII part
		if ascii(o.text) {
			return xproto.AtomString, 8, o.text
		}
	}
	return 0, 0, nil
}

// multiple serves several forms at once: the property lists pairs of target and
// property, and a target that was not served is overwritten with None.
func (o *x11Owner) multiple(w xproto.Window, property xproto.Atom) bool {
	const most = 64 // pairs; nobody asks for more forms than we have
	r, err := xproto.GetProperty(o.conn, false, w, property, xproto.GetPropertyTypeAny, 0, most*2).Reply()
	if err != nil || r.Format != 32 || r.ValueLen%2 != 0 {
		return false
	}
	pairs := r.Value
	for i := 0; i+8 <= len(pairs); i += 8 {
		target := xproto.Atom(binary.LittleEndian.Uint32(pairs[i:]))
		into := xproto.Atom(binary.LittleEndian.Uint32(pairs[i+4:]))
		if o.names[target] == "MULTIPLE" || !o.convert(w, target, into) {
			binary.LittleEndian.PutUint32(pairs[i+4:], uint32(xproto.AtomNone))
		}
	}
	return xproto.ChangePropertyChecked(o.conn, xproto.PropModeReplace, w, property,
		o.atoms["ATOM_PAIR"], 32, uint32(len(pairs)/4), pairs).Check() == nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
