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

// TestTheVariableTakesALocale: it names a language in any usual spelling, and what names
// none is no answer.
func TestTheVariableTakesALocale(t *testing.T) {
	for want, values := range map[Lang][]string{
		Chinese: {"zh", "ZH", "zh-CN", "zh_CN", "zh_cn", "zh-Hans", "zh_Hans_CN", "ZH-HANS", "zh_CN.UTF-8", "zh_CN.GB18030@pinyin", "zh-TW"},
		English: {"en", "EN", "en-US", "en_US", "en_us.utf8", "en_US.UTF-8", "en-GB"},
	} {
		other := map[Lang]string{Chinese: "en", English: "zh"}[want]
		for _, v := range values {
			env := map[string]string{EnvLang: v, "LANG": other, "LANGUAGE": other}
			if got := choose(other, func(name string) string { return env[name] }); got != want {
				t.Errorf("%q: %v, want %v", v, got, want)
			}
		}
	}
	for _, v := range []string{"auto", "fr", "fr_FR.UTF-8", "C", "C.UTF-8", "POSIX", "und", "chinese", "-", " ", "\xff"} {
		for lang, want := range map[string]Lang{"zh_CN.UTF-8": Chinese, "en_US.UTF-8": English} {
			env := map[string]string{EnvLang: v, "LANG": lang}
			if got := choose("auto", func(name string) string { return env[name] }); got != want {
				t.Errorf("%q beside the locale %s: %v, want %v", v, lang, got, want)
			}
		}
	}
}
