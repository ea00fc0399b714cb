// After each request: when its answer says that the token is dead, report it. Many
// reports of one token cost one round, and a token that still works stays. In a
// run the request is then made once more.
const say = WORDS;
const dead = DEAD;
const body = res.getBody() || {};
const again = bru.getVar("tokentray_again") === req.getName();
let kept = null;
try { kept = JSON.parse(bru.getVar("tokentray_kept")); } catch (e) { /* no token was taken */ }
bru.setVar("tokentray_again", "");
bru.setVar("tokentray_why", "");

if (dead(res.getStatus(), body) && !again && kept) {
  const door = String(bru.getEnvVar("tokentray_url")).trim().replace(/\/+$/, "");
  let answer = {};
  try {
    answer = await bru.sendRequest({
      url: door + "/v1/token/" + kept.path + "/refresh",
      method: "POST",
      headers: {
        Authorization: "Bearer " + (String(bru.getProcessEnv("TOKENTRAY_KEY") || "").trim() || String(bru.getEnvVar("tokentray_key") || "").trim()),
        "Content-Type": "application/json",
      },
      data: JSON.stringify({ stale: kept.token }),
      validateStatus: null,
    });
  } catch (e) {
    answer = e.response || e;
  }
  const t = answer.data || {};
  if (answer.status !== 200 || !t.access_token) {
    bru.setVar("tokentray_why", say.no_token + " " + ((t.error || {}).message || say.no_door + " " + door));
  } else if (t.access_token === kept.token) {
    bru.setVar("tokentray_why", say.still_valid);
  } else {
    kept.token = t.access_token;
    kept.base = t.base_url;
    kept.expires = t.expires_at_unix;
    bru.setVar("tokentray_kept", JSON.stringify(kept));
    bru.setVar("tokentray_again", req.getName());
    bru.runner.setNextRequest(req.getName());
  }
}
