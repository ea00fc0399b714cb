package interchange

import (
	"slices"
	"strings"

	"tokentray/core/filefault"
	"tokentray/core/recognise"
)

// readPostman reads an environment, or the globals, as Postman exports them. Values
// that Postman keeps only on its own machine are empty in an export; such an account
// comes without its AppSecret.
func readPostman(text []byte, o Options) (File, error) {
	root, err := jsonTree(text, func(key string) bool { return oneOf("name", "values", "key", "value", "enabled", "type")(key) })
	if err != nil {
		return File{}, err
	}
	var bad faults
	list := root.get("values")
	if list == nil || list.kind != isList {
		bad.add(filefault.Missing, root.line, "values", 0)
		return File{}, bad.err()
	}
	var vars []recognise.Variable
	var disabled []Remark
	for _, item := range list.items {
		v, on := postmanVariable(item, o.Recogniser, &bad)
		if on {
			vars = append(vars, v)
		} else if key := o.Recogniser.Shown(v.Name); key != "" {
			disabled = append(disabled, Remark{Code: RemarkDisabled, Line: v.Line, Key: key})
		}
	}
	if err := bad.err(); err != nil {
		return File{}, err
	}
	f, err := ofVariables(vars, o)
	f.Remarks = append(disabled, f.Remarks...)
	if name := root.get("name"); name != nil && name.kind == isString {
		f.env = recognise.AnyEnv(f.env, recognise.EnvOf(recognise.Split(name.text)))
		named(f.Accounts, name.text)
	}
	return f, err
}

// named gives the environment's name to its account, if there is only one.
func named(accounts []Account, name string) {
	if len(accounts) == 1 && strings.TrimSpace(name) != "" {
		accounts[0].spare = accounts[0].Name
		accounts[0].Name = strings.ReplaceAll(name, "/", "-")
	}
}

func postmanVariable(item *node, r *recognise.Recogniser, bad *faults) (v recognise.Variable, on bool) {
	v.Line, on = item.line, true
	if item.kind != isObject {
		bad.add(filefault.Type, item.line, "values", 0)
		return v, false
	}
	if key := item.get("key"); key == nil || key.kind != isString {
		bad.add(filefault.Missing, item.line, "key", 0)
		return v, false
	} else {
		v.Name, v.Line = key.text, key.line
	}
	if enabled := item.get("enabled"); enabled != nil && enabled.kind == isBool && enabled.text == "false" {
		on = false
	}
	switch value := item.get("value"); {
	case value == nil, value.kind == isNull:
	case value.kind == isString, value.kind == isNumber:
		v.Value, v.Line = value.text, value.line
	case slices.Contains([]recognise.Field{recognise.ID, recognise.Secret}, r.Meaning(v.Name).Field):
		bad.add(filefault.Type, value.line, r.Shown(v.Name), 0)
	}
	return v, on
}
