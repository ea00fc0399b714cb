package core

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Params are the fields of an account that only its kind has, by key. They never
// change: With makes others. Two with the same fields are equal by ==.
//
// They are one text, because an agent holds those of every account, and a map with a
// single field takes 336 bytes.
type Params struct {
	text string // 5:agent7:1000002: the length of each key and value, sorted by key
}

// ParamsOf makes the params of a map, which may change later.
func ParamsOf(fields map[string]string) Params {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		for _, part := range []string{key, fields[key]} {
			b.WriteString(strconv.Itoa(len(part)))
			b.WriteByte(':')
			b.WriteString(part)
		}
	}
	return Params{strings.Clone(b.String())} // without the room that was left for more
}

// All are the fields, sorted by key.
func (p Params) All() iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for rest := p.text; rest != ""; {
			var key, value string
			key, rest = nextParam(rest)
			value, rest = nextParam(rest)
			if !yield(key, value) {
				return
			}
		}
	}
}

// nextParam is the first key or value of a text, and what follows it.
func nextParam(text string) (part, rest string) {
	size, rest, _ := strings.Cut(text, ":")
	n, _ := strconv.Atoi(size) // only ParamsOf writes the text
	return rest[:n], rest[n:]
}

// Get is the value of a field, empty when there is none.
func (p Params) Get(key string) string {
	for k, value := range p.All() {
		if k == key {
			return value
		}
	}
	return ""
}

// With are the params with another value of a field; an empty one takes it out.
func (p Params) With(key, value string) Params {
	fields := p.Map()
	if fields[key] = value; value == "" {
		delete(fields, key)
	}
	return ParamsOf(fields)
}

// Keys are the keys of the fields, sorted.
func (p Params) Keys() []string { return slices.Sorted(maps.Keys(p.Map())) }

// Map is a new map of the fields, never nil.
func (p Params) Map() map[string]string { return maps.Collect(p.All()) }

// IsZero reports whether there are no fields.
func (p Params) IsZero() bool { return p.text == "" }

// Equal is ==, for tests that compare accounts.
func (p Params) Equal(other Params) bool { return p == other }

// MarshalJSON writes an object of the fields.
func (p Params) MarshalJSON() ([]byte, error) { return json.Marshal(p.Map()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Params) UnmarshalJSON(raw []byte) error {
	var fields map[string]string
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	*p = ParamsOf(fields)
	return nil
}
