package window

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"tokentray/core"
	"tokentray/core/durable"
	"tokentray/ui/kit"
)

// A path can be chosen wherever one can be typed. The toolkit's dialog is the same
// on every desktop, and works on desktops that have none.

// choosing is what can be chosen.
type choosing struct {
	folder bool
	at     string // the folder that is shown first
}

// choose lets a person choose a file or a folder. then gets its path, and is not
// called if nothing was chosen. While the dialog is open nothing is made anew in another
// language or theme: the field for which the path is meant would be gone.
func (s *shell) choose(c choosing, then func(path string)) {
	if s.cfg.Choose != nil {
		if path := s.cfg.Choose(c.folder, c.at); path != "" {
			then(path)
		}
		return
	}
	var d *dialog.FileDialog
	if c.folder {
		d = dialog.NewFolderOpen(func(at fyne.ListableURI, err error) {
			if err == nil && at != nil {
				then(at.Path())
			}
			s.catchUp()
		}, s.win)
	} else {
		d = dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
			if err == nil && file != nil {
				_ = file.Close() // the path is enough
				then(file.URI().Path())
			}
			s.catchUp()
		}, s.win)
	}
	if at, err := storage.ListerForURI(storage.NewFileURI(c.at)); err == nil {
		d.SetLocation(at)
	}
	title := "choose.file"
	if c.folder {
		title = "choose.folder"
	}
	d.SetTitleText(s.ui.T(title))
	d.SetConfirmText(s.ui.T("choose.go"))
	d.SetDismissText(s.ui.T("cancel"))
	size := s.win.Canvas().Size()
	d.Show()
	d.Resize(fyne.NewSize(size.Width-4*kit.Grid, size.Height-4*kit.Grid)) // before Show it has no size
	s.chooser = chooser{d, s.win.Canvas().Overlays().Top()}
}

// chooser is the dialog in which something was chosen last.
type chooser struct {
	*dialog.FileDialog
	top fyne.CanvasObject // its overlay
}

// choosing reports whether the dialog is open.
func (s *shell) choosing() bool {
	return s.chooser.top != nil && slices.Contains(s.win.Canvas().Overlays().List(), s.chooser.top)
}

// catchUp makes anew what waited for the dialog to close.
func (s *shell) catchUp() {
	if s.overdue && !s.choosing() {
		s.do(s.retheme)
	}
}

// browsed is a field for a path with a button that chooses the folder; the name that
// was typed stays.
func (s *shell) browsed(ui *kit.UI, field *kit.Entry) fyne.CanvasObject {
	button := kit.NewSmallButton(ui, kit.Quiet, ui.T("browse"), func() {
		path := fromHome(field.Text)
		s.choose(choosing{folder: true, at: filepath.Dir(path)}, func(folder string) {
			field.SetText(shortPath(filepath.Join(folder, filepath.Base(path))))
			s.focus(field)
		})
	})
	return kit.WithButton(field, button)
}

// chooseCA lets a person choose a file of certificates and reads it; the form says
// what is wrong with it.
func (s *shell) chooseCA(then func(ca string), wrong func(cause string)) {
	home, _ := os.UserHomeDir()
	s.choose(choosing{at: home}, func(path string) {
		s.work.Go(func() {
			text, err := readBounded(path, core.MaxCA)
			s.do(func() {
				if err != nil {
					wrong(cause(s.ui, err))
					return
				}
				then(text)
			})
		})
	})
}

// readBounded reads a plain file up to one byte over a limit, so that a file that is
// too long is noticed. A pipe that nobody writes to would be waited for for ever.
func readBounded(path string, limit int64) (string, error) {
	f, err := durable.Open(path)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	return string(raw), errors.Join(err, f.Close())
}
