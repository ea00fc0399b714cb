package interchange

import "tokentray/core/recognise"

// Variables are the assignments of a .env file, in order, each with its line: as
// import reads them, without expanding $NAME. A line in the syntax of TOML or of
// another program is a fault. Its error is Faults, which hold no value.
func Variables(text []byte) ([]recognise.Variable, error) {
	d := dotenv{text: string(text), shown: func(name string) string { return name }}
	err := d.read()
	return d.vars, err
}
