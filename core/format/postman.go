package format

import (
	"strings"
)

// variable is one line of a Postman environment. Postman masks one of type
// secret on the screen.
type variable struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Type    string `json:"type"`
	Enabled bool   `json:"enabled"`
}

// environment is what Postman exports and imports.
type environment struct {
	Name   string     `json:"name"`
	Values []variable `json:"values"`
	Scope  string     `json:"_postman_variable_scope"`
}

// postman is an environment of the account's own, with the variables
// access_token and base_url.
func postman(t Input) (string, error) {
	if strings.Contains(t.AccessToken, "{{") {
		return "", invalid("the token holds {{, which Postman takes for a variable; take it as raw")
	}
	e := environment{
		Name: t.Account + "/" + string(t.Env), Scope: "environment",
		Values: []variable{{"access_token", t.AccessToken, "secret", true}},
	}
	if t.BaseURL != "" {
		e.Values = append(e.Values, variable{"base_url", t.BaseURL, "default", true})
	}
	return object(t.AccessToken, e)
}
