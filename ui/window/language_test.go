package window

import "testing"

// TestTheVariableGoesBeforeTheSetting: the window speaks what TOKENTRAY_LANG says,
// as the commands do, whatever the setting says.
func TestTheVariableGoesBeforeTheSetting(t *testing.T) {
	t.Setenv("TOKENTRAY_LANG", "zh")
	newStage(t).in("en", 460).open().mustSay("添加账号")
}
