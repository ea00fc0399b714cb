const say = WORDS;
if (bru.getVar("tokentray_again")) {
  test(say.again, function () {});
} else {
  test(say.accepted, function () {
    const body = res.getBody() || {};
    if (res.getStatus() >= 400) throw new Error("HTTP " + res.getStatus());
    if (body.errcode) throw new Error("errcode " + body.errcode + " " + body.errmsg + " " + (bru.getVar("tokentray_why") || ""));
  });
}
