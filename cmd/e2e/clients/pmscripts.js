// Runs one request of an exported Postman collection as an API client would: the
// scripts before it, the request, the scripts after it, in a sandbox that has the
// functions of `pm` that the client has, and no other. Prints what happened as JSON.
//
//   node pmscripts.js CLIENT COLLECTION ENVIRONMENT FOLDER/…/REQUEST [TIMES]
//
// The sets of functions are those in the scripts' runtimes that Postman (postman-sandbox
// of Newman 6), Apifox (apifox-cli 2.2.9) and Apipost (apipost-cli 3.0.9) ship.
"use strict";
const fs = require("fs");
const http = require("http");
const vm = require("vm");

const [client, collectionFile, environmentFile, path, times] = process.argv.slice(2);
const features = {
  postman: { execution: true, promise: true },
  apifox: { execution: false, promise: false },
  apipost: { execution: true, promise: true },
}[client];
if (!features) throw new Error("no such client: " + client);

const collection = JSON.parse(fs.readFileSync(collectionFile));
const environment = new Map(JSON.parse(fs.readFileSync(environmentFile)).values.map((v) => [v.key, v.value]));
const shared = new Map((collection.variable || []).map((v) => [v.key, v.value || ""]));
const local = new Map();
const lookUp = (name) => [local, environment, shared].find((m) => m.has(name))?.get(name);
const filled = (text) => text.replace(/\{\{([^{}]+)\}\}/g, (whole, name) => lookUp(name) ?? whole);

// The way to the request, with the scripts of each folder on it.
const chain = [collection];
for (const name of path.split("|")) {
  const next = chain.at(-1).item.find((i) => i.name === name);
  if (!next) throw new Error("no item " + name);
  chain.push(next);
}
const item = chain.at(-1);
const scripts = (listen) => chain.flatMap((i) => i.event || []).filter((e) => e.listen === listen).map((e) => e.script.exec.join("\n"));

const send = ({ url, method, header, body }) => new Promise((done, broke) => {
  const raw = typeof body === "string" ? body : body?.raw;
  const req = http.request(url, { method, headers: header }, (res) => {
    let text = "";
    res.setEncoding("utf8");
    res.on("data", (d) => { text += d; });
    res.on("end", () => done({ code: res.statusCode, json: () => JSON.parse(text), text: () => text }));
  });
  req.on("error", broke);
  req.end(raw);
});

const out = { runs: [] };
class Skip extends Error {}

// runScripts runs the scripts of one phase, and waits until what they sent is answered.
async function runScripts(listen, run, response) {
  const waits = [];
  let over = false;
  const caught = (e) => {
    over = true;
    if (e instanceof Skip) run.skipped = true;
    else run.errors.push(e.name + ": " + e.message);
  };
  const scope = (m) => ({
    get: (k) => m.get(k), set: (k, v) => { m.set(k, v); }, unset: (k) => { m.delete(k); }, has: (k) => m.has(k),
    clear: () => m.clear(), toObject: () => Object.fromEntries(m), replaceIn: filled,
  });
  const test = (name, f) => {
    try { f(); run.tests.push({ name }); } catch (e) { run.tests.push({ name, failed: e.message }); }
    if (over) run.afterTheEnd.push(name);
  };
  test.skip = (name) => { run.tests.push({ name, skipped: true }); };
  const pm = {
    info: { requestName: item.name, eventName: listen },
    environment: scope(environment), collectionVariables: scope(shared), globals: scope(new Map()),
    iterationData: scope(new Map()), request: {}, test,
    variables: { ...scope(local), get: lookUp, has: (k) => lookUp(k) !== undefined },
    sendRequest: (options, callback) => {
      if (over) run.afterTheEnd.push("sendRequest " + options.url);
      run.asked.push(options.method + " " + new URL(options.url).pathname);
      const going = send(options);
      if (!callback) {
        if (!features.promise) throw new TypeError("this client's sendRequest takes a callback");
        return going;
      }
      waits.push(going.then((res) => [null, res], (e) => [e, null]).then(([e, res]) => {
        try { callback(e, res); } catch (thrown) { caught(thrown); }
      }));
      return features.promise ? going.catch(() => {}) : undefined;
    },
  };
  if (response) pm.response = response;
  if (features.execution) {
    pm.execution = {
      skipRequest: () => { throw new Skip("skipped"); },
      setNextRequest: (name) => { run.next = name; },
    };
  }
  const context = vm.createContext({ pm, console: { log() {} } });
  for (const code of scripts(listen)) {
    if (over) break;
    try { vm.runInContext("(async () => {\n" + code + "\n})", context)().catch(caught); } catch (e) { caught(e); }
    await Promise.resolve();
    for (let i = 0; i < waits.length; i++) await waits[i];
  }
  return over;
}

async function main() {
  for (let left = Number(times || 1), next = item.name; left > 0 && next === item.name; left--) {
    const run = { tests: [], errors: [], asked: [], afterTheEnd: [], skipped: false, sent: "" };
    out.runs.push(run);
    next = undefined;
    if (await runScripts("prerequest", run)) continue;
    const header = Object.fromEntries(item.request.header.map((h) => [h.key, filled(h.value)]));
    const response = await send({ url: filled(item.request.url.raw), method: item.request.method, header, body: item.request.body && filled(item.request.body.raw) });
    run.sent = item.request.method + " " + filled(item.request.url.raw).split("?")[0];
    run.status = response.code;
    await runScripts("test", run, response);
    next = run.next ?? (left > 1 ? item.name : undefined);
  }
  out.variables = { local: [...local.keys()], environment: Object.fromEntries(environment), shared: Object.fromEntries(shared) };
  process.stdout.write(JSON.stringify(out));
}
main();
