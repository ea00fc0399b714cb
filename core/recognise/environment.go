package recognise

import (
	"slices"
	"strings"

	"tokentray/core"
)

// environment is the one that a word names, empty if it names none.
func environment(word string) core.Env {
	word = strings.TrimRight(word, "0123456789")
	word = strings.TrimSuffix(strings.TrimSuffix(word, "环境"), "服")
	switch word {
	case "live", "prod", "prd", "pro", "production", "online", "release", "生产", "正式", "线上", "现网":
		return core.Live
	case "sandbox", "dev", "develop", "development", "test", "testing", "staging", "stage", "uat", "sit", "fat", "qa", "local", "debug",
		"沙箱", "沙盒", "开发", "测试", "联调", "预发", "预发布", "本地":
		return core.Sandbox
	}
	return ""
}

// EnvOf is the environment that words name, empty if none is named. If both are
// named it is live, which needs more care. Words such as non-prod and pre-production
// name none.
func EnvOf(words []string) core.Env {
	envs := make([]core.Env, len(words))
	for i, w := range words {
		if i == 0 || !slices.Contains([]string{"non", "not", "no", "pre"}, words[i-1]) {
			envs[i] = environment(w)
		}
	}
	return AnyEnv(envs...)
}

// AnyEnv is live if any of the environments is, else sandbox if any is, else
// empty.
func AnyEnv(envs ...core.Env) core.Env {
	for _, env := range []core.Env{core.Live, core.Sandbox} {
		if slices.Contains(envs, env) {
			return env
		}
	}
	return ""
}

// environmentWord is the position where a name says that its value is an
// environment, as in NODE_ENV, spring.profiles.active and CI_ENVIRONMENT_NAME; -1:
// nowhere.
func environmentWord(words []string) int {
	return slices.IndexFunc(words, func(w string) bool {
		switch w {
		case "env", "environment", "environments", "profile", "profiles", "stage", "环境":
			return true
		}
		return false
	})
}

// maxEnvironment is how many words the value of an environment has at most:
// ${SPRING_PROFILES_ACTIVE:prod}.
const maxEnvironment = 4

// EnvSaid is the environment that a variable names for its surroundings. Production
// is believed wherever it is named: GIN_MODE=release, IS_PROD=true, ${PROFILE:prod}.
// The sandbox is believed only in names about environments: LOG_MODE=debug does not
// count.
func EnvSaid(name, value string) core.Env {
	words, values := Split(name), Split(value)
	said := EnvOf(values)
	switch {
	case len(values) > maxEnvironment: // a sentence, a URL
	case environmentWord(words) >= 0:
		if slices.Contains(values, "product") { // elsewhere a word that says nothing of it
			return core.Live
		}
		if said == core.Sandbox && StandsFor(value) {
			return "" // ${PROFILE:dev} is for the developer's machine alone
		}
		return said
	case said == core.Live && slices.ContainsFunc(words, weakEnvironmentWord):
		return said
	case EnvOf(words) == core.Live && isTrue(value) && !slices.ContainsFunc(words, func(w string) bool { return environment(w) == "" && w != "is" && w != "in" && w != "app" }):
		return core.Live
	}
	return ""
}

func weakEnvironmentWord(word string) bool {
	switch word {
	case "mode", "tier", "deploy", "deployment", "target", "build", "run", "module", "active", "namespace", "cluster", "context", "workspace", "branch":
		return true
	}
	return false
}

func isTrue(value string) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "1", "true", "yes", "on", "y":
		return true
	}
	return false
}
