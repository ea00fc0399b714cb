package text

import (
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// A failure in a few words uses the field names of the account's kind.
func TestShortSpeaksOfTheKindsOwnFields(t *testing.T) {
	for _, tt := range []struct {
		kind core.Kind
		lang Lang
		want string
	}{
		{"wechat", English, "wrong AppID or AppSecret"},
		{"wecom", English, "wrong CorpID or Secret"},
		{"oauth2", English, "wrong Client ID or Client secret"},
		{"oauth2", Chinese, "Client ID 或 Client secret 有误"},
	} {
		if got := New(tt.lang).Knowing(kinds.Builtin()).Short(tt.kind, core.BadSecret); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.kind, got, tt.want)
		}
	}
	if got := New(English).Short("wechat", "of a newer agent"); got != "" {
		t.Errorf("an unknown class is called %q", got)
	}
}
