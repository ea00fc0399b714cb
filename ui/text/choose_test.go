package text

import "testing"

func TestTheLanguageIsChosen(t *testing.T) {
	for _, tt := range []struct {
		name, setting string
		env           map[string]string
		want          Lang
	}{
		{"nothing says anything", "auto", nil, English},
		{"the setting", "zh", map[string]string{"LANG": "en_US.UTF-8"}, Chinese},
		{"the variable goes before the setting", "en", map[string]string{"TOKENTRAY_LANG": "zh"}, Chinese},
		{"the variable goes before the setting, the other way", "zh", map[string]string{"TOKENTRAY_LANG": "en"}, English},
		{"the variable asks for the locale", "en", map[string]string{"TOKENTRAY_LANG": "auto", "LANG": "zh_CN.UTF-8"}, Chinese},
		{"the variable says nothing known", "auto", map[string]string{"TOKENTRAY_LANG": "fr", "LANG": "zh_CN.UTF-8"}, Chinese},
		{"LANG", "auto", map[string]string{"LANG": "zh_CN.UTF-8"}, Chinese},
		{"LC_ALL goes before LANG", "auto", map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, English},
		{"LC_MESSAGES goes before LANG", "auto", map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, Chinese},
		{"LANGUAGE goes before LC_ALL", "auto", map[string]string{"LC_ALL": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, Chinese},
		{"the first of LANGUAGE that is spoken", "auto", map[string]string{"LANG": "de_DE.UTF-8", "LANGUAGE": "de:zh_CN:en"}, Chinese},
		{"LANGUAGE without one that is spoken", "auto", map[string]string{"LANG": "zh_CN.UTF-8", "LANGUAGE": "de"}, Chinese},
		{"LANGUAGE means nothing in the C locale", "auto", map[string]string{"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}, English},
		{"a locale with a modifier", "auto", map[string]string{"LANG": "zh_CN.GB18030@pinyin"}, Chinese},
		{"another language", "auto", map[string]string{"LANG": "fr_FR.UTF-8"}, English},
	} {
		if got := choose(tt.setting, func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
