package kinds

// Builtin are the kinds of this version, in the order they are offered.
func Builtin() Set {
	set, err := New(
		wechat(),
		wechatLegacy(),
		wecom(),
		oauth2(),
		central(),
	)
	if err != nil {
		panic("kinds: " + err.Error()) // they are part of the program, and tested
	}
	return set
}
