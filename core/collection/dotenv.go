package collection

import "strings"

// KeyVariable is the name of the client key in a .env file, and in the
// environment of a process.
const KeyVariable = "TOKENTRAY_KEY"

// dotenv is the file that holds the key, if there is one. Clients read the .env
// beside what they run.
func (w *writer) dotenv() []File {
	if w.Key.Empty() {
		return nil
	}
	return []File{{Path: ".env", Data: []byte("# " + w.say("dotenv") + "\n" + KeyVariable + "=" + w.Key.Reveal() + "\n"), Secret: true, Shared: true}}
}

// ignore keeps the key out of version control.
func (w *writer) ignore(more ...string) File {
	return File{Path: ".gitignore", Data: []byte(strings.Join(append([]string{".env"}, more...), "\n") + "\n"), Shared: true}
}
