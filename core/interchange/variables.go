package interchange

import "tokentray/core/recognise"

// Variables are the assignments of a .env file, in their order, each with its line: as
// import reads them, without $NAME being filled in. Its error is Faults; nothing in it
// is a value.
func Variables(text []byte) ([]recognise.Variable, error) {
	d := dotenv{text: string(text), shown: func(name string) string { return name }}
	err := d.read()
	return d.vars, err
}
