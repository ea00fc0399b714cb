package core

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// Plain is a field that every account has and that is a text, a word, a whole number
// or a switch. The database, the wire, files and flags are made from the table of them.
// So a new field is a line in Account, make generate, and its sentences; tests name what
// was forgotten.
// The field's tag file says which files have it: list, backup, or "" for none; with
// ",rare" only files with such an account have it.
// Its tag form says how the window's form draws it: line, switch or lines. A line obeys
// the rules of a name, lines those of a note. tokentray show prints such a field, too; any
// other has a place of its own in both. With ",detail" the page of an account shows it.
type Plain struct {
	Key    string // as in JSON
	Switch bool   // it is on or off
	Rare   bool   // most accounts have none
	Number bool   // it is a whole number, 0 for none
	File   Place  // the files that have it
	Form   Form   // how the form draws it
	Detail bool   // the page of an account shows it

	name string // the name of the Go field in Account, Input and what a file is read into
}

// Place says which files have a plain field.
type Place string

// The places.
const (
	NoFile     Place = ""       // neither: consent is given on each machine again
	TeamList   Place = "list"   // lists and backups: it describes the account
	BackupOnly Place = "backup" // backups: one person's choice
)

// Form says how the form draws a plain field.
type Form string

// The ways to draw a field; a field without one is drawn in a place of its own.
const (
	FormLine   Form = "line"
	FormSwitch Form = "switch"
	FormLines  Form = "lines" // a text of several lines
)

var plains = sync.OnceValue(func() []Plain {
	var out []Plain
	for f := range reflect.TypeFor[Account]().Fields() {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if kind := f.Type.Kind(); key != "id" && (kind == reflect.String || kind == reflect.Bool || kind == reflect.Int) {
			file, rare, _ := strings.Cut(f.Tag.Get("file"), ",")
			form, detail, _ := strings.Cut(f.Tag.Get("form"), ",")
			out = append(out, Plain{
				Key: key, Switch: kind == reflect.Bool, Number: kind == reflect.Int, Rare: rare != "", File: Place(file),
				Form: Form(form), Detail: detail != "", name: f.Name,
			})
		}
	}
	return out
})

// Plains lists the plain fields in the order they stand in files. Nobody changes
// the list.
func Plains() []Plain { return plains() }

// Drawn lists the plain fields that are drawn in each of the ways, way by way.
func Drawn(ways ...Form) []Plain {
	var out []Plain
	for _, way := range ways {
		for _, p := range plains() {
			if p.Form == way {
				out = append(out, p)
			}
		}
	}
	return out
}

// PlainOf is the plain field of a key.
func PlainOf(key string) (Plain, bool) {
	for _, p := range plains() {
		if p.Key == key {
			return p, true
		}
	}
	return Plain{}, false
}

// Of is the value of the field in an account: true or false for a switch, digits for
// a number.
func (p Plain) Of(a Account) string { return p.text(reflect.ValueOf(a).FieldByName(p.name)) }

func (p Plain) text(f reflect.Value) string {
	switch {
	case p.Switch:
		return strconv.FormatBool(f.Bool())
	case p.Number:
		return strconv.FormatInt(f.Int(), 10)
	}
	return f.String()
}

// Odd marks a value that is not a number. Account.Check refuses it.
const Odd = -1

// Put writes a value into the field of that name in the struct that into points to:
// an Input, or an account as a file has it. The field is the value, or a pointer to
// it. A switch is on for true alone; a text that is no number becomes Odd. Put
// reports whether the struct has such a field.
func (p Plain) Put(into any, value string) bool {
	f := reflect.ValueOf(into).Elem().FieldByName(p.name)
	if !f.IsValid() {
		return false
	}
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	switch {
	case p.Switch:
		f.SetBool(value == "true")
	case p.Number:
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			n = Odd
		}
		f.SetInt(int64(n))
	default:
		f.SetString(value)
	}
	return true
}

// Get reads the field of that name in such a struct; told is false when there is no
// such field, or a nil pointer.
func (p Plain) Get(from any) (value string, told bool) {
	f := reflect.Indirect(reflect.ValueOf(from)).FieldByName(p.name)
	if f.IsValid() && f.Kind() == reflect.Pointer {
		f = f.Elem()
	}
	if !f.IsValid() {
		return "", false
	}
	return p.text(f), true
}
