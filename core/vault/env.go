//go:build windows || darwin

package vault

// some are the named variables that are set.
func some(getenv func(string) string, names ...string) []string {
	var env []string
	for _, name := range names {
		if v := getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}
