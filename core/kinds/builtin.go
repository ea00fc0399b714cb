package kinds

import "sync"

// Builtin are the kinds of this version, in the order they are offered.
func Builtin() Set { return builtin() }

// builtin checks them once, since a process asks for them in many places. A Set and
// its specs are never changed in place.
var builtin = sync.OnceValue(func() Set {
	set, err := New(
		wechat(),
		wechatLegacy(),
		wecom(),
		oauth2(),
		central(),
		redis(),
	)
	if err != nil {
		panic("kinds: " + err.Error()) // they are part of the program, and tested
	}
	return set
})
