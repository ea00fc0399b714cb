// Package openapi holds the description of the local API, as OpenAPI 3.1. It is
// written by make generate.
package openapi

import _ "embed"

//go:embed openapi.json
var description []byte

// Description is the description of both doors of the API, as JSON. It must
// not be changed.
func Description() []byte { return description }
