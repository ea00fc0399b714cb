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

// TestNoReadIsAWriteByGET: only platforms on which GET reads by their own rules list it
// for a whole tree. The others delete by GET too, as DingTalk's older calls do.
func TestNoReadIsAWriteByGET(t *testing.T) {
	byRule := map[core.Kind]bool{"feishu": true, "lark": true, "dingtalk-new": true, "huawei": true}
	for _, p := range Shipped() {
		spec := p.Spec()
		for _, path := range []string{"/department/delete", "/user/delete", "/api/delete", "/openapi/photo/delete", "/video/delete/", "/cgi-bin/menu/delete", "/enterprise/message/send/"} {
			if !byRule[spec.Kind] && spec.Reading("GET", path) {
				t.Errorf("%s: GET %s counts as reading", spec.Kind, path)
			}
		}
	}
}
