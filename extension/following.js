// @ts-check
// The keeper of the worker that follows catalogues. A catalogue that makes it trap or loop costs
// one worker; what was fetched by then lies in the store, and the next one goes on from there.
/** @import { Tell } from './effects.js' */
/** @import { Command, Said } from './following.worker.js' */

// Tables in memory are large; after so much quiet they go.
const QUIET_MS = 5 * 60_000;
// A look-up that takes longer than this never ends.
const PATIENCE_MS = 120_000;

/**
 * @param {Tell} tell where answers go
 * @returns {(command: Command) => Promise<unknown>}
 */
export function openFollowing(tell) {
  /** @type {Worker | undefined} */
  let worker;
  let last = 0;
  let busy = false;
  /** @type {Map<number, { resolve: (said: unknown) => void, timer: ReturnType<typeof setTimeout> }>} */
  const waiting = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;

  return (command) => {
    clearTimeout(quiet);
    return new Promise((resolve) => {
      last += 1;
      const timer = setTimeout(stop, PATIENCE_MS, 'it does not answer');
      waiting.set(last, { resolve, timer });
      (worker ??= hire()).postMessage({ number: last, command });
    });
  };

  function hire() {
    const hired = new Worker(new URL('./following.worker.js', import.meta.url), { type: 'module' });
    hired.onmessage = ({ data }) => heard(data);
    hired.onerror = (event) => stop(event.message);
    return hired;
  }

  /** @param {unknown} why */
  function stop(why) {
    console.error('Sayso: the worker that follows catalogues stopped:', why);
    worker?.terminate();
    worker = undefined;
    busy = false;
    for (const { resolve, timer } of waiting.values()) {
      clearTimeout(timer);
      resolve(undefined);
    }
    waiting.clear();
  }

  /** @param {Said} said */
  function heard(said) {
    if ('event' in said) void tell(said.event);
    if ('busy' in said) busy = said.busy;
    if ('number' in said) {
      clearTimeout(waiting.get(said.number)?.timer);
      waiting.get(said.number)?.resolve(said.reply);
      waiting.delete(said.number);
    }
    clearTimeout(quiet);
    if (!waiting.size && !busy) {
      quiet = setTimeout(() => {
        worker?.terminate();
        worker = undefined;
      }, QUIET_MS);
    }
  }
}
