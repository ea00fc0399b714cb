const say = WORDS;
if (bru.getVar("tokentray_again")) {
  test(say.again, function () {});
} else {
  test(say.accepted, function () {
    const body = res.getBody() || {};
    if (res.getStatus() >= 400) throw new Error("HTTP " + res.getStatus());
    for (const [field, fine] of Object.entries(CODES)) {
      if (body[field] && !fine.includes(String(body[field]))) {
        throw new Error(field + " " + body[field] + " " + (body.errmsg || body.msg || body.message || "") + " " + (bru.getVar("tokentray_why") || ""));
      }
    }
  });
}
