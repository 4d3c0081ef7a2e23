// @ts-check
// One desk of the reading room: fetches one file, reads it, answers. May be ended at any time.
import init, { read } from './wasm/sayso.js';
import { get, Unhad } from './fetch.js';
/** @import { Failure, Reading } from './wasm/sayso.js' */
/** @import { Of } from './effects.js' */

/**
 * What a worker says to its keeper; `spoilt`: it must not be used again.
 * @typedef {{ fetched: true } | { reading: Reading, memory: number } | { failure: Failure, spoilt: boolean }} Said
 */

const ready = init({ module_or_path: new URL('./wasm/sayso_bg.wasm', import.meta.url) });

self.onmessage = async ({ data }) => {
  self.postMessage(await work(data));
};

/**
 * @param {Of<'read'>} effect
 * @returns {Promise<Said>}
 */
async function work({ job, accept, max_bytes, timeout_ms }) {
  try {
    const { memory } = await ready;
    const { delivery, bytes, whole } = await get(job.url, {
      headers: [['accept', accept]],
      maxBytes: max_bytes,
      timeoutMs: timeout_ms,
      private: job.private,
    });
    if (delivery.status >= 400) throw new Unhad({ failure: 'status', status: delivery.status });
    if (!whole) throw new Unhad({ failure: 'too-large' });
    /** @type {Said} */
    const fetched = { fetched: true };
    self.postMessage(fetched);
    return { reading: read(bytes, delivery), memory: memory.buffer.byteLength };
  } catch (error) {
    if (error instanceof Unhad) return { failure: error.failure, spoilt: false };
    console.error('Sayso:', error);
    return { failure: { failure: 'crashed' }, spoilt: true };
  }
}
