package main

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"tokentray/core"
)

// TestTheInputIsThatOfTheAccount: nobody forgot to run the command, or edited what it
// wrote.
func TestTheInputIsThatOfTheAccount(t *testing.T) {
	want, err := generate(reflect.TypeFor[core.Account]())
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not that of core.Account; run make generate and look at what git then shows", file)
	}
}

// TestAFieldIsALine: a field of the account becomes one of the input, whatever its type.
func TestAFieldIsALine(t *testing.T) {
	source, err := generate(reflect.TypeFor[struct {
		ID     core.ID     `json:"id"`
		Owner  string      `json:"owner,omitempty" file:"list"`
		Env    core.Env    `json:"env" file:"list"`
		Params core.Params `json:"params,omitzero"`
		Limit  int         `json:"limit"`
	}]())
	if err != nil {
		t.Fatal(err)
	}
	_, fields, _ := strings.Cut(string(source), "type Input struct {\n")
	var got []string
	for line := range strings.Lines(fields) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := "Owner *string `json:\"owner,omitempty\"`\nEnv *Env `json:\"env,omitempty\"`\n" +
		"Params map[string]string `json:\"params,omitempty\"`\nLimit *int `json:\"limit,omitempty\"`\n}"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
