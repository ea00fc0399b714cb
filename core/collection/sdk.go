package collection

import (
	"embed"
	"slices"
	"strings"

	"tokentray/core/kinds"
)

// SDK is how to make an SDK send its calls through TokenTray. It reads the client key
// from the environment, in place of the AppSecret.
type SDK struct {
	Name string
	Run  bool   // the tests run it; for the others only the makers' documentation is known
	code string // {url}, {appid}
}

// sdkCode are the lines of each SDK.
//
//go:embed sdks/*.txt
var sdkCode embed.FS

// SDKs lists the SDKs in the order they are offered. A kind's spec names those that take
// its tokens.
func SDKs() []SDK {
	var out []SDK
	for _, one := range []SDK{{Name: "co-wechat-api", Run: true}, {Name: "easywechat"}, {Name: "silenceper", Run: true}, {Name: "wxjava"}} {
		code, err := sdkCode.ReadFile("sdks/" + one.Name + ".txt")
		if err != nil {
			panic("collection: " + err.Error()) // it is part of the program
		}
		one.code = strings.TrimSuffix(string(code), "\n")
		out = append(out, one)
	}
	return out
}

// Takes reports whether the SDK takes tokens of a kind.
func (s SDK) Takes(spec kinds.Spec) bool {
	return spec.Door != nil && slices.Contains(spec.Door.SDKs, s.Name)
}

// Code are the lines for an account, whose calls are made below url.
func (s SDK) Code(url, appID string) string {
	return strings.NewReplacer("{url}", url, "{appid}", appID).Replace(s.code)
}
