// A program with the SDK co-wechat-api: it takes its token from TokenTray's local
// API, with a client key in the place of the AppSecret, and then calls WeChat. It
// prints {"calls": N} or {"code": ERRCODE, "message": …}.
//
// DOOR and UPSTREAM are base URLs as people write them, with or without a slash at
// the end, and the same for who fetches a stand-in and calls with it; APPID, KEY and
// CALLS say the rest. With STEP it tells how its token begins after each call, and
// waits for a line before the next.
'use strict';

const WeChatAPI = require('co-wechat-api');
const { DOOR, UPSTREAM, APPID, KEY, CALLS, STEP } = process.env;
const lines = STEP ? require('readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]() : null;

class API extends WeChatAPI {
  constructor() {
    super(APPID, KEY);
    this.prefix = UPSTREAM + '/cgi-bin/';
  }

  // The SDK asks for tokens where it makes its calls; here these are two places.
  async getAccessToken() {
    const upstream = this.prefix;
    this.prefix = DOOR + '/cgi-bin/';
    try {
      return await super.getAccessToken();
    } finally {
      this.prefix = upstream;
    }
  }
}

(async () => {
  const api = new API();
  let calls = 0;
  for (; calls < Number(CALLS); calls++) {
    const { ip_list } = await api.getIp();
    if (!ip_list || ip_list.length === 0) throw new Error('an answer without addresses');
    if (!STEP) continue;
    console.log((await api.ensureAccessToken()).accessToken.slice(0, 4));
    await lines.next();
  }
  return { calls };
})().catch(({ code, message }) => ({ code, message })).then(out => {
  console.log(JSON.stringify(out));
  process.exit(0);
});
