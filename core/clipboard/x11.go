//go:build !windows && !darwin

package clipboard

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"tokentray/core"
)

// goodbye bounds how long a release waits for a server that no longer answers.
const goodbye = time.Second

// secretHint is the target by which password managers ask clipboard histories
// to leave a text out; its content is hintValue.
const (
	secretHint = "x-kde-passwordManagerHint"
	hintValue  = "secret"
)

// targets are the names of all atoms we use, in the order in which TARGETS
// lists those up to secretHint.
var targets = [...]string{
	"TARGETS", "TIMESTAMP", "MULTIPLE", "UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT", "STRING",
	secretHint, "CLIPBOARD", "ATOM_PAIR",
}

// x11Owner owns the CLIPBOARD selection of an X server, by the rules of the
// Inter-Client Communication Conventions Manual, section 2. It has a connection
// and a window of its own and serves requests until it loses the selection.
type x11Owner struct {
	conn  *xgb.Conn
	win   xproto.Window
	since xproto.Timestamp // when the server gave us the selection
	atoms map[string]xproto.Atom
	names map[xproto.Atom]string
	text  []byte

	secret bool          // the hint for clipboard histories is offered
	done   chan struct{} // closed when serve has ended
}

// acquireX11 takes the selection. The work is done beside the caller, for a
// server that hangs cannot be interrupted: then the caller goes when ctx ends,
// and what comes late is given back.
func acquireX11(ctx context.Context, s Session, text string, secret bool) (owner, error) {
	type result struct {
		o   *x11Owner
		err error
	}
	ready := make(chan result)
	go func() {
		o, err := newX11Owner(s, text, secret)
		select {
		case ready <- result{o, err}:
		case <-ctx.Done():
			if o != nil {
				o.release()
			}
		}
	}()
	select {
	case r := <-ready:
		if r.err != nil {
			return nil, asNoClipboard(r.err)
		}
		return r.o, nil
	case <-ctx.Done():
		return nil, core.AsError(ctx.Err())
	}
}

func asNoClipboard(err error) error {
	var e *core.Error
	if errors.As(err, &e) {
		return e
	}
	return noClipboard("the X server does not answer", err)
}

func newX11Owner(s Session, text string, secret bool) (_ *x11Owner, err error) {
	xgb.Logger.SetOutput(io.Discard) // it writes to standard error; errors come back to us all the same
	if s.XAuthority != "" {
		os.Setenv("XAUTHORITY", s.XAuthority) // the library reads the key from where this points
	}
	conn, err := xgb.NewConnDisplay(s.Display)
	if err != nil {
		return nil, err
	}
	o := &x11Owner{conn: conn, text: []byte(text), secret: secret, done: make(chan struct{})}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	setup := xproto.Setup(conn)
	if limit := int(setup.MaximumRequestLength)*4 - 64; len(text) > limit {
		return nil, tooBig(limit)
	}
	if err := o.intern(); err != nil {
		return nil, err
	}
	if err := o.window(setup.DefaultScreen(conn)); err != nil {
		return nil, err
	}
	if err := o.take(); err != nil {
		return nil, err
	}
	go o.serve()
	return o, nil
}

func (o *x11Owner) intern() error {
	cookies := make([]xproto.InternAtomCookie, len(targets))
	for i, name := range targets {
		cookies[i] = xproto.InternAtom(o.conn, false, uint16(len(name)), name)
	}
	o.atoms = make(map[string]xproto.Atom, len(targets))
	o.names = make(map[xproto.Atom]string, len(targets))
	for i, name := range targets {
		r, err := cookies[i].Reply()
		if err != nil {
			return err
		}
		o.atoms[name], o.names[r.Atom] = r.Atom, name
	}
	return nil
}

// window makes the unmapped window that a selection's owner needs.
func (o *x11Owner) window(screen *xproto.ScreenInfo) error {
	id, err := xproto.NewWindowId(o.conn)
	if err != nil {
		return err
	}
	o.win = id
	return xproto.CreateWindowChecked(o.conn, 0, id, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0,
		xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
}

// take becomes the owner, as of the time of a change to our own window: that is
// the server's clock, which an owner must name rather than "now".
func (o *x11Owner) take() error {
	if err := xproto.ChangePropertyChecked(o.conn, xproto.PropModeAppend, o.win,
		o.atoms["TIMESTAMP"], xproto.AtomInteger, 32, 0, nil).Check(); err != nil {
		return err
	}
	for o.since == 0 {
		ev, xerr := o.conn.WaitForEvent()
		if xerr != nil {
			return xerr
		}
		if ev == nil {
			return io.ErrUnexpectedEOF
		}
		if p, ok := ev.(xproto.PropertyNotifyEvent); ok {
			o.since = p.Time
		}
	}
	clip := o.atoms["CLIPBOARD"]
	if err := xproto.SetSelectionOwnerChecked(o.conn, o.win, clip, o.since).Check(); err != nil {
		return err
	}
	r, err := xproto.GetSelectionOwner(o.conn, clip).Reply()
	if err != nil {
		return err
	}
	if r.Owner != o.win {
		return errors.New("another program took the clipboard at the same moment")
	}
	return nil
}

// serve answers requests until the selection or the server is gone.
func (o *x11Owner) serve() {
	defer close(o.done)
	for {
		ev, xerr := o.conn.WaitForEvent()
		if ev == nil && xerr == nil {
			return
		}
		switch ev := ev.(type) {
		case xproto.SelectionRequestEvent:
			o.answer(ev)
		case xproto.SelectionClearEvent:
			return
		}
	}
}

func (o *x11Owner) lost() <-chan struct{} { return o.done }

// ours asks the server, for the news of a loss may be under way. One that does
// not answer within goodbye counts as a loss.
func (o *x11Owner) ours() bool {
	answer := make(chan bool, 1)
	go func() { // ends with the answer, or with the connection
		r, err := xproto.GetSelectionOwner(o.conn, o.atoms["CLIPBOARD"]).Reply()
		answer <- err == nil && r.Owner == o.win
	}()
	select {
	case <-o.done:
		return false
	case yes := <-answer:
		return yes
	case <-time.After(goodbye):
		return false
	}
}

// release destroys the window, with which the server takes the selection from
// us, and closes the connection. To set the owner to none would hit whoever
// took the selection in the same millisecond; the window is ours alone. A
// server that no longer answers is left after goodbye.
func (o *x11Owner) release() bool {
	ours := false
	select {
	case <-o.done:
	default:
		ours = true
		// The reply to GetInputFocus comes when the server has done what stands
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

// answer serves one request and tells the requestor, with property None when
// we cannot give what it wants.
func (o *x11Owner) answer(req xproto.SelectionRequestEvent) {
	property := req.Property
	if property == xproto.AtomNone {
		property = req.Target // a client older than the conventions
	}
	ok := req.Selection == o.atoms["CLIPBOARD"]
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

// form is the selection in the form target: property type, bits of an item,
// content. Content is nil for a form we do not offer.
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
	case "STRING": // Latin-1, of which we speak the ASCII part
		if ascii(o.text) {
			return xproto.AtomString, 8, o.text
		}
	}
	return 0, 0, nil
}

// multiple serves several forms at once: the property lists pairs of target and
// property, and a target that was not served is overwritten with None.
func (o *x11Owner) multiple(w xproto.Window, property xproto.Atom) bool {
	const most = 64 // pairs; nobody asks for more than we have forms
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
