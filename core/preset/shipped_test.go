package preset

import (
	"testing"

	"tokentray/core"
)

func TestEveryShippedPresetIsRead(t *testing.T) {
	for _, name := range order() {
		p, err := readShipped(name)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Log(p.Spec().Kind, p.Spec().Traits)
	}
	files, err := files.ReadDir(".")
	if err != nil || len(files) != len(order()) {
		t.Errorf("%d files, %d in order: %v", len(files), len(order()), err)
	}
}

// TestNoReadIsAWriteByGET: only a platform whose whole list of calls was read lists GET for
// a whole tree: of Feishu's 563 calls by GET each only reads (Lark has the same). Others
// delete by GET too, as DingTalk's older calls do, or publish no such list; of those only
// named calls read.
func TestNoReadIsAWriteByGET(t *testing.T) {
	byRule := map[core.Kind]bool{"feishu": true, "lark": true}
	for _, p := range Shipped() {
		spec := p.Spec()
		for _, path := range []string{
			"/department/delete", "/user/delete", "/api/delete", "/openapi/photo/delete", "/video/delete/", "/cgi-bin/menu/delete", "/enterprise/message/send/",
			"/open-apis/x/v1/delete", "/v1.0/delete", "/v1.0/robot/delete", "/v1/123/messages:send", "/v1/123/topic:unsubscribe", "/x",
		} {
			if !byRule[spec.Kind] && spec.Reading("GET", path) {
				t.Errorf("%s: GET %s counts as reading", spec.Kind, path)
			}
		}
	}
}
