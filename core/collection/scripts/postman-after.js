// After each request: when its answer says that the token is dead, report it. Many
// reports of one token cost one round, and a token that still works stays. In a
// run the request is then made once more; a client that cannot do that says so.
const say = WORDS;
const dead = DEAD;
let body = {};
try { body = pm.response.json() || {}; } catch (e) { /* a picture, say */ }
const again = pm.variables.get("tokentray_again") === pm.info.requestName;
const verdict = (why) => pm.test(say.accepted, () => {
  if (pm.response.code >= 400) throw new Error("HTTP " + pm.response.code);
  for (const [field, fine] of Object.entries(CODES)) {
    if (body[field] && !fine.includes(String(body[field]))) {
      throw new Error(field + " " + body[field] + " " + (body.errmsg || body.msg || body.message || "") + (why ? ": " + why : ""));
    }
  }
});
let kept = null;
try { kept = JSON.parse(pm.variables.get("tokentray_kept")); } catch (e) { /* no token was taken */ }
pm.variables.unset("tokentray_again");

if (!dead(pm.response.code, body) || again || !kept) {
  verdict();
} else {
  const door = String(pm.variables.get("tokentray_url")).trim().replace(/\/+$/, "");
  pm.sendRequest({
    url: door + "/v1/token/" + kept.path + "/refresh",
    method: "POST",
    header: { Authorization: "Bearer " + String(pm.variables.get("tokentray_key")).trim(), "Content-Type": "application/json" },
    body: { mode: "raw", raw: JSON.stringify({ stale: kept.token }) },
  }, (err, res) => {
    let t = {};
    try { t = res.json(); } catch (e) { /* it is not TokenTray that answers */ }
    if (err || res.code !== 200 || !t.access_token) {
      verdict(say.no_token + " " + (err ? say.no_door + " " + door : (t.error || {}).message || "HTTP " + res.code));
    } else if (t.access_token === kept.token) {
      verdict(say.still_valid);
    } else {
      kept.token = t.access_token;
      kept.base = t.base_url;
      kept.expires = t.expires_at_unix;
      pm.variables.set("tokentray_kept", JSON.stringify(kept));
      if (pm.execution && pm.execution.setNextRequest) {
        pm.variables.set("tokentray_again", pm.info.requestName);
        pm.test.skip(say.again, () => {});
        pm.execution.setNextRequest(pm.info.requestName);
      } else {
        verdict(say.again);
      }
    }
  });
}
