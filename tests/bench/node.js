// @ts-check
// `node node.js OURS BENCH NPM`: takes a task a line and answers a line. Times are of the processor.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { measure } from './tasks.js';

const [ours, bench, npm] = process.argv.slice(2).map((folder) => `${pathToFileURL(folder)}/`);

/** @type {import('./tasks.js').Place} */
const place = {
  glue: (name) => `${name === 'bench' ? bench : ours}${name}.js`,
  npm: (path) => npm + path,
  bytes: (address) => readFile(new URL(address)),
  beside: async (file, name) => new Uint8Array(await readFile(join(dirname(file), name))),
  clock: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  /** @type {import('./tasks.js').Task} */
  const task = JSON.parse(line);
  // A copy with a buffer of its own: node cuts small files out of a pool.
  const answer = await measure(place, task, new Uint8Array(await readFile(task.file)));
  console.log(JSON.stringify(answer));
}
