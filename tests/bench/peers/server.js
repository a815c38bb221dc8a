// A peer as its users would run it: an HTTP server that verifies webhooks and queues them durably, as many at once as
// wait, and, with --work, a worker whose job is one PUT for each record that a webhook tells of.
//   node server.js pg-boss|graphile-worker PORT DATABASE SECRET [--work PUT_URL]
"use strict";
const crypto = require("node:crypto");
const http = require("node:http");

const [peer, port, database, secret, work, target] = process.argv.slice(2);
const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const CONNECTIONS = 10;
const MOST = 500; // webhooks in one insert

/** Standard Webhooks: id, time stamp and body are signed; old ones are refused. */
function verified(headers, body) {
  const time = headers["webhook-timestamp"];
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const wanted = crypto.createHmac("sha256", key).update(`${headers["webhook-id"]}.${time}.`).update(body).digest();
  const given = Buffer.from((headers["webhook-signature"] || "").replace(/^v1,/, ""), "base64");
  return given.length === wanted.length && crypto.timingSafeEqual(given, wanted);
}

/** The same message has the same id, so that its repeat is refused. */
function uuid_of(text) {
  const hex = crypto.createHash("md5").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function put(body) {
  return new Promise((resolve, reject) => {
    const data = JSON.stringify(body);
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(data) };
    const request = http.request(target, { method: "PUT", agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
    });
    request.on("error", reject);
    request.end(data);
  });
}

const put_all = (webhook) => Promise.all(webhook.events.map(put));

/** pg-boss: insert() takes many jobs; fetch() and complete() too. */
async function pg_boss() {
  const PgBoss = require("pg-boss");
  const boss = new PgBoss({ connectionString: database, max: CONNECTIONS });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  const loop = async () => {
    for (;;) {
      const jobs = await boss.fetch("hook", MOST);
      if (!jobs) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      await Promise.all(jobs.map((job) => put_all(job.data)));
      await boss.complete(jobs.map((job) => job.id));
    }
  };
  if (work) for (let i = 0; i < 4; ++i) loop();
  return (hooks) => boss.insert(hooks.map((hook) => ({ id: uuid_of(hook.id), name: "hook", data: hook.body })));
}

/** graphile-worker: add_jobs() takes many; a job_key makes repeats one. Each insert tells the worker. */
async function graphile_worker() {
  const { Pool } = require("pg");
  const { run, runMigrations } = require("graphile-worker");
  const pool = new Pool({ connectionString: database, max: CONNECTIONS });
  await runMigrations({ pgPool: pool });
  if (work) {
    const taskList = { hook: (payload) => put_all(payload) };
    await run({ pgPool: pool, concurrency: 24, noHandleSignals: true, pollInterval: 1000, taskList });
  }
  const add = `select 1 from graphile_worker.add_jobs(array(
    select ('hook', (h->'body')::json, null, null, null, h->>'id', null, null)::graphile_worker.job_spec
    from json_array_elements($1::json) h))`;
  const once = (hooks) => [...new Map(hooks.map((hook) => [hook.id, hook])).values()]; // it refuses a key twice in one call
  return (hooks) => pool.query({ name: "add", text: add, values: [JSON.stringify(once(hooks))] });
}

async function main() {
  const store = await (peer === "pg-boss" ? pg_boss() : graphile_worker());
  let waiting = [];
  let storing = 0;
  const drain = async () => {
    if (storing >= 2) return;
    ++storing;
    while (waiting.length > 0) {
      const now = waiting.splice(0, MOST);
      let status = 202;
      try {
        await store(now);
      } catch (error) {
        console.error(error);
        status = 503;
      }
      for (const hook of now) hook.answer(status);
    }
    --storing;
  };
  const server = http.createServer((request, response) => {
    const parts = [];
    const answer = (status) => response.writeHead(status, { "Content-Length": 0 }).end();
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      if (!verified(request.headers, body)) return answer(401);
      const hook = { id: request.headers["webhook-id"], body: JSON.parse(body) };
      Object.defineProperty(hook, "answer", { value: answer }); // not stored
      waiting.push(hook);
      drain();
    });
  });
  server.listen(Number(port), "127.0.0.1", () => console.log(`READY address=127.0.0.1:${port}`));
}

process.on("SIGTERM", () => process.exit(0));
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
