package collection

import (
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// variables are what the sample calls of the products leave open.
func variables(folders []kinds.Folder) []string {
	var out []string
	for _, g := range folders {
		for _, c := range g.Calls {
			all := c.Body
			for _, q := range c.Query {
				all += q.Value
			}
			for _, v := range openVariables() {
				if strings.Contains(all, "{{"+v+"}}") && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// openVariables are all that sample calls may leave open.
func openVariables() []string { return []string{"openid", "template_id", "thumb_media_id", "rid"} }

// folders are the sample calls for accounts of the products, those that every
// account may make first.
func folders(products []core.Product) []kinds.Folder {
	var out []kinds.Folder
	for _, f := range kinds.Builtin().Default().Samples {
		if len(f.Products) == 0 || slices.ContainsFunc(f.Products, func(p core.Product) bool { return slices.Contains(products, p) }) {
			out = append(out, f)
		}
	}
	return out
}

// callURL is the URL of a call with the variables base_url and access_token
// spelled as the client does.
func callURL(c kinds.Call, base, token string) string {
	var b strings.Builder
	b.WriteString(base + c.Path + "?access_token=" + token)
	for _, q := range c.Query {
		b.WriteString("&" + q.Name + "=" + q.Value)
	}
	return b.String()
}
