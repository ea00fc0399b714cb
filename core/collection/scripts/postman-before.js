// Before each request: the token as TokenTray has it now. It stays in a
// variable of this request or run and is never saved. An account without
// /sandbox or /live is that of the active environment: it is asked for each
// time, for it costs upstream nothing and follows the switch at once. An account
// with its environment is kept, in a run, until its token expires.
const say = WORDS;
const get = (name) => String(pm.variables.get(name) || "").trim();
const account = WHOSE, key = get("tokentray_key");
const door = get("tokentray_url").replace(/\/+$/, "");
const part = (s) => {
  try { s = decodeURIComponent(s); } catch (e) { /* it was not encoded */ }
  return encodeURIComponent(s);
};
const fail = (why) => { // the call is not made: not with an old token, nor with none
  pm.variables.set("access_token", "");
  pm.variables.unset("tokentray_kept");
  pm.test("TokenTray", () => { throw new Error(why); });
  if (pm.execution && pm.execution.skipRequest) pm.execution.skipRequest();
  else throw new Error("TokenTray: " + why); // a client that cannot skip stops at an error
};
const taken = (err, res) => {
  if (err) return fail(say.no_door + " " + door);
  let t = {};
  try { t = res.json() || {}; } catch (e) { /* it is not TokenTray that answers */ }
  if (t.error) return fail(say.no_token + " " + t.error.message);
  if (res.code !== 200 || !t.access_token) return fail(say.no_door + " " + door + " (HTTP " + res.code + ")");
  pm.variables.set("access_token", t.access_token);
  pm.variables.set("base_url", t.base_url);
  pm.variables.set("tokentray_kept", JSON.stringify({
    account: account, token: t.access_token, base: t.base_url, expires: t.expires_at_unix,
    path: part(t.account) + "/" + t.env,
  }));
};
let kept = null;
try { kept = JSON.parse(get("tokentray_kept")); } catch (e) { /* nothing is kept yet */ }

if (!account) {
  fail(say.no_account);
} else if (!key) {
  fail(say.no_key);
} else if (account.includes("/") && kept && kept.account === account && kept.expires - 60 > Date.now() / 1000) {
  pm.variables.set("access_token", kept.token);
  pm.variables.set("base_url", kept.base);
} else {
  pm.sendRequest({
    url: door + "/v1/token/" + account.split("/").map(part).join("/"),
    method: "GET",
    header: { Authorization: "Bearer " + key },
  }, taken);
}
