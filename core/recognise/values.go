package recognise

import (
	"regexp"
	"strings"
)

// reference is a value that another program replaces by the real one, in the
// forms that shells, templates, build tools, encrypters and vaults write.
var reference = regexp.MustCompile(strings.Join([]string{
	`[$#%]\{`, `\{\{`, `<%`, // ${NAME}, ${NAME:default}, #{name}, %{name}, {{name}}, <%= name %>
	`^\$[A-Za-z_]\w*$`, `\$\(`, // $NAME, $(NAME)
	`^%[A-Za-z_]\w*%$`,             // %NAME%
	`^@[A-Za-z_][\w.-]*@$`,         // Maven's @name@
	`^__[A-Za-z]\w*__$`,            // __NAME__
	`^<[^<>]*>$`, `^\[[^\[\]]*\]$`, // <your secret>, [secret]
	`^\{[a-z]+\}`,                 // Spring Cloud's {cipher}…
	`^[A-Za-z]+\(.*\)$`, `^ENC\[`, // ENC(…), DEC(…), SOPS' ENC[…]
	`^@?[A-Za-z][\w.+-]*://`, `^@Microsoft\.KeyVault`, // op://vault/item, ref+vault://, sm://
	`^(?:vault|secret|secretsmanager|ssm|keyvault|encrypted|arn|env|file|pass|bws|doppler|infisical):`,
	`^projects/.+/secrets/`, // Google's Secret Manager
	`^\$ANSIBLE_VAULT`, `^!vault`,
	`^(?:…|[*.•xX?…-]{3,})$`, // ****, xxxx, …
}, "|"))

// filler is what people and templates write where nothing is filled in yet.
var filler = regexp.MustCompile(`(?i)^(?:null|nil|none|undefined|todo|tbd|changeme|change[-_ ]?me|replace[-_ ]?me|placeholder|n/a|(?:your|my|the|some)[-_ ].*|.*[-_ ]here|请.*|你的.*|您的.*)$`)

// StandsFor reports whether a value only stands for the real one: a reference
// that another program resolves, or what a template has where nothing was filled
// in. Such a value is never taken over, nor sent anywhere.
func StandsFor(value string) bool {
	value = strings.TrimSpace(value)
	return reference.MatchString(value) || filler.MatchString(value)
}
