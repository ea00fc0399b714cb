package cli

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tokentray/core/api"
	"tokentray/core/kinds"
)

// sdk is how an SDK is told to make its calls by TokenTray.
type sdk struct {
	code string // {url}, {appid}
	// run tells that the tests run it; of the others the makers' documentation is all
	// that is known.
	run bool
}

// sdks are those of WeChat. The client key stands in the environment, in the place of
// the AppSecret.
func sdks() map[string]sdk {
	return map[string]sdk{
		"silenceper": {run: true, code: `// Go: github.com/silenceper/wechat/v2
util.SetURIModifier(func(uri string) string {
	return strings.Replace(uri, "https://api.weixin.qq.com", "{url}", 1)
})
account := officialaccount.NewOfficialAccount(&config.Config{
	AppID: "{appid}", AppSecret: os.Getenv("TOKENTRAY_KEY"), Cache: cache.NewMemory(),
})`},
		"co-wechat-api": {run: true, code: `// Node.js: co-wechat-api
const api = new WeChatAPI('{appid}', process.env.TOKENTRAY_KEY);
api.prefix = '{url}/cgi-bin/';
api.customservicePrefix = '{url}/customservice/';
api.wxaPrefix = '{url}/wxa/';`},
		"wxjava": {code: `# application.yml: WxJava's wx-java-mp-spring-boot-starter
wx:
  mp:
    app-id: {appid}
    secret: ${TOKENTRAY_KEY}
    hosts:
      api-host: {url}`},
		"easywechat": {code: `// PHP: w7corp/easywechat 6; paths of calls begin without a slash: 'cgi-bin/menu/get'
$app = new EasyWeChat\OfficialAccount\Application([
    'app_id' => '{appid}', 'secret' => getenv('TOKENTRAY_KEY'),
    'http' => ['base_uri' => '{url}/'],
]);`},
	}
}

// sdkPath is the token path that all of them ask.
const sdkPath = "/cgi-bin/token"

func (a *app) envCommand() *cobra.Command {
	var name string
	names := slices.Sorted(maps.Keys(sdks()))
	cmd := &cobra.Command{
		Use:               "env NAME[/ENV] --sdk SDK",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			one, ok := sdks()[name]
			if !ok {
				return usage("usage.env_sdk", "sdks", strings.Join(names, ", "))
			}
			return a.env(cmd.Context(), args[0], one)
		},
	}
	cmd.Flags().StringVar(&name, "sdk", "", "flag.env_sdk")
	_ = cmd.RegisterFlagCompletionFunc("sdk", completeWords(names...))
	return cmd
}

// env prints how an SDK makes an account's calls without a token.
func (a *app) env(ctx context.Context, account string, one sdk) error {
	agent, acc, err := a.findAccount(ctx, account)
	if err != nil {
		return err
	}
	door := a.text().Spec(acc.Kind).Door
	if door == nil || !slices.ContainsFunc(door.Paths, func(p kinds.TokenPath) bool { return p.Path == sdkPath }) {
		return usage("usage.env_kind", "account", acc.Ref())
	}
	l, err := agent.Loopback(ctx)
	if err != nil {
		return err
	}
	base := callURL(l.Port, acc.Ref())
	if a.json {
		return a.printJSON(map[string]string{"base_url": base, "appid": acc.AppID, "code": one.fill(base, acc.AppID)})
	}
	if !one.run {
		a.note(a.say("env.not_run"))
	}
	if err := a.print(one.fill(base, clean(acc.AppID))); err != nil {
		return err
	}
	a.note(a.say("env.key", "account", clean(acc.Name), "env", string(acc.Env)))
	if l.State == api.DoorOff {
		a.note(a.say("api.open"))
	}
	return nil
}

// callURL is where an account's calls are made at a port of the loopback.
func callURL(port int, ref api.Ref) string {
	return "http://127.0.0.1:" + strconv.Itoa(port) + "/call/" + url.PathEscape(ref.Name) + "/" + string(ref.Env)
}

func (s sdk) fill(url, appID string) string {
	return strings.NewReplacer("{url}", url, "{appid}", appID).Replace(s.code)
}
