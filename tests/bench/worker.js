// @ts-check
// The worker in the page of browser.js: fetches a task, does it, answers, until it is ended.
import { measure } from './tasks.js';

/** @param {string} address */
const bytes = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());

/** @type {import('./tasks.js').Place} */
const place = {
  glue: (name) => `/${name === 'bench' ? 'bench' : 'ours'}/${name}.js`,
  npm: (path) => `/npm/${path}`,
  bytes,
  beside: () => Promise.reject(new Error('a browser is given one file')),
  clock: async () => Number(await (await fetch('/clock')).text()),
};

for (;;) {
  /** @type {import('./tasks.js').Task} */
  const task = await (await fetch('/task')).json();
  const answer = await measure(place, task, await bytes('/file'));
  await fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
}
