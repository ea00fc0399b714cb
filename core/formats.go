package core

import "slices"

// The formats in which a token is copied and printed. Package format writes them;
// the list is here because settings and accounts name a format.
const (
	FormatRaw     = "raw"     // the token and nothing else
	FormatQuery   = "query"   // access_token=…, escaped for a URL
	FormatURL     = "url"     // the whole URL of a call
	FormatHeader  = "header"  // Authorization: Bearer …
	FormatCurl    = "curl"    // a command line that makes a call
	FormatJSON    = "json"    // an object with the token, its life and its account
	FormatDotenv  = "dotenv"  // ACCESS_TOKEN=…, for .env files and a shell's source
	FormatPostman = "postman" // an environment to paste into Postman's Import
)

// Formats lists the formats in the order they are offered.
func Formats() []string {
	return []string{FormatRaw, FormatQuery, FormatURL, FormatHeader, FormatCurl, FormatJSON, FormatDotenv, FormatPostman}
}

// ValidFormat reports whether there is a format of that name.
func ValidFormat(name string) bool { return slices.Contains(Formats(), name) }
