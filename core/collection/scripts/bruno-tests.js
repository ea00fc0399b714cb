const say = WORDS;
if (bru.getVar("tokentray_again")) {
  test(say.again, function () {});
} else {
  test(say.accepted, function () {
    const body = res.getBody() || {};
    if (res.getStatus() >= 400) throw new Error("HTTP " + res.getStatus());
    for (const field of CODES) {
      if (body[field] && body[field] !== "0") {
        throw new Error(field + " " + body[field] + " " + (body.errmsg || body.msg || body.message || "") + " " + (bru.getVar("tokentray_why") || ""));
      }
    }
  });
}
