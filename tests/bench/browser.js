// @ts-check
// `node browser.js CHROMIUM PROFILE OURS BENCH NPM`: takes a task a line, has a worker in Chromium do it,
// and answers a line. Times are of all processes of the browser where Linux tells them, else of the clock.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [chromium, profile, ours, bench, npm] = process.argv.slice(2);
/** @type {Record<string, string>} */
const FOLDERS = { js: fileURLToPath(new URL('.', import.meta.url)), ours, bench, npm };
/** @type {Record<string, string>} */
const TYPES = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };
const PAGE = `<!doctype html><title>Bench</title><script>new Worker('/js/worker.js', { type: 'module' })</script>`;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
/** @type {import('./tasks.js').Task} */
let task;

/** @type {Record<string, ((body: string) => unknown) | undefined>} */
const ROADS = {
  '/': () => PAGE,
  '/task': async () => {
    const { value, done } = await lines.next();
    if (done) {
      browser.kill();
      process.exit();
    }
    task = JSON.parse(value);
    return value;
  },
  '/file': () => readFile(task.file),
  '/clock': () => String(clock()),
  '/answer': (body) => {
    console.log(body);
    return '';
  },
};

const server = createServer(async (request, answer) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, folder, ...rest] = pathname.split('/');
  let body = '';
  for await (const part of request) body += part;
  try {
    const road = ROADS[pathname];
    const type = road ? 'text/html' : TYPES[pathname.split('.').at(-1) ?? ''];
    const content = road ? await road(body) : await readFile(join(FOLDERS[folder], normalize(`/${rest.join('/')}`)));
    answer.writeHead(200, { 'content-type': type ?? 'text/plain', 'cache-control': 'no-store' });
    answer.end(content);
  } catch {
    answer.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', () => done(undefined)));
const address = server.address();
if (!address || typeof address === 'string') throw new Error('the server has no port');

const browser = spawn(chromium, [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-extensions', '--disable-sync',
  '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage',
  `--user-data-dir=${profile}`, `http://127.0.0.1:${address.port}/`,
], { stdio: 'ignore' });
browser.on('exit', () => process.exit(1));

/** Milliseconds of processor that the browser has had with all its processes, or of the clock. */
function clock() {
  try {
    /** @type {Map<number, number>} */
    const parents = new Map();
    for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        // The name of a program stands in brackets and may hold any.
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      } catch {
        // It ended meanwhile.
      }
    }
    const family = new Set([browser.pid]);
    for (let before = 0; before < family.size;) {
      before = family.size;
      for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
    }
    let nanoseconds = 0;
    for (const pid of family) {
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
      }
    }
    return nanoseconds / 1e6;
  } catch {
    return performance.now();
  }
}
