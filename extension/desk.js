// @ts-check
// Starts the Rust that draws one of the extension's own pages.
import './say.js';
import init, * as desk from './wasm/desk.js';

await init({ module_or_path: new URL('./wasm/desk_bg.wasm', import.meta.url) });
switch (document.documentElement.dataset.page) {
  case 'popup':
    await desk.popup();
    break;
  case 'options':
    await desk.options(readApart);
    break;
  case 'welcome':
    await desk.welcome();
    break;
  case 'report':
    await desk.report();
    break;
  case 'reports':
    await desk.reports();
    break;
}

/** @type {Worker | undefined} */
let hired;
/** One after the other: there is one worker. @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * Has a file read, or the self-test run, by a worker that is replaced when it stops or is too slow.
 * @param {File | undefined} file
 * @param {number} timeoutMs
 * @returns {Promise<unknown>}
 */
function readApart(file, timeoutMs) {
  const next = () => readNow(file, timeoutMs);
  return (last = last.then(next, next));
}

/**
 * @param {File | undefined} file
 * @param {number} timeoutMs
 * @returns {Promise<unknown>}
 */
function readNow(file, timeoutMs) {
  const worker = (hired ??= new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
  return new Promise((resolve, reject) => {
    /** @param {unknown} reason */
    const dismiss = (reason) => {
      clearTimeout(timer);
      worker.terminate();
      hired = undefined;
      reject(reason);
    };
    const timer = setTimeout(dismiss, timeoutMs, 'silent');
    worker.onerror = dismiss;
    worker.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve(data);
    };
    worker.postMessage({ file });
  });
}
