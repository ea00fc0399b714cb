// Before each request: the token as TokenTray has it now. It stays in a runtime
// variable and is never saved. An account without /sandbox or /live is that of
// the active environment: it is asked for each time, for it costs upstream nothing
// and follows the switch at once. An account with its environment is kept until
// its token expires.
const say = WORDS;
const get = (name) => String(bru.getEnvVar(name) || "").trim();
const account = get("tokentray_account");
const key = String(bru.getProcessEnv("TOKENTRAY_KEY") || "").trim() || get("tokentray_key");
const door = get("tokentray_url").replace(/\/+$/, "");
const part = (s) => {
  try { s = decodeURIComponent(s); } catch (e) { /* it was not encoded */ }
  return encodeURIComponent(s);
};
const fail = (why) => {
  bru.setVar("access_token", ""); // never an old one
  bru.setVar("tokentray_kept", "");
  throw new Error("TokenTray: " + why);
};
let kept = null;
try { kept = JSON.parse(bru.getVar("tokentray_kept")); } catch (e) { /* nothing is kept yet */ }

if (!account) fail(say.no_account);
if (!key) fail(say.no_key);
if (!(account.includes("/") && kept && kept.account === account && kept.expires - 60 > Date.now() / 1000)) {
  let res = null;
  try {
    res = await bru.sendRequest({
      url: door + "/v1/token/" + account.split("/").map(part).join("/"),
      method: "GET",
      headers: { Authorization: "Bearer " + key },
      validateStatus: null,
    });
  } catch (e) {
    res = e.response || e;
    if (!res.status) fail(say.no_door + " " + door);
  }
  const t = res.data || {};
  if (t.error) fail(say.no_token + " " + t.error.message);
  if (res.status !== 200 || !t.access_token) fail(say.no_door + " " + door + " (HTTP " + res.status + ")");
  kept = {
    account: account, token: t.access_token, base: t.base_url, expires: t.expires_at_unix,
    path: part(t.account) + "/" + t.env,
  };
  bru.setVar("tokentray_kept", JSON.stringify(kept));
}
bru.setVar("access_token", kept.token);
bru.setVar("base_url", kept.base);
