// @ts-check
// One desk of the reading room: fetches one file, reads it, answers. May be ended at any time.
import init, { OpenFile, canvas_size, leads_inside, self_test } from './wasm/reader.js';
import { pixelsOf } from './canvas.js';
import { get, Unhad } from './fetch.js';
/** @import { Delivery, Depth, Failure, Reading, Tested } from './wasm/reader.js' */
/** @import { Of } from './effects.js' */

/**
 * @typedef {{ manifest: typeof import('./wasm/manifest.js'), sound: typeof import('./wasm/sound.js'), jxl: typeof import('./wasm/jxl.js') }} Modules
 */

/**
 * What a worker says to its keeper; `fetched`: so many bytes; `part`: more of it follows; `spoilt`: it must not be used again.
 * @typedef {{ fetched: number } | { part: Reading } | { reading: Reading, memory: number } | { failure: Failure, spoilt: boolean }} Said
 */

/** Of every module that was started; none shrinks. @type {Set<WebAssembly.Memory>} */
const memories = new Set();

const ready = init({ module_or_path: new URL('./wasm/reader_bg.wasm', import.meta.url) }).then(({ memory }) => memories.add(memory));

/** Hears what the keeper knows of files as long as this one. @type {(known: Reading[]) => void} */
let hear = () => {};

self.onmessage = async ({ data }) => {
  if ('known' in data && !('type' in data)) return hear(data.known);
  const said = await ('type' in data ? work(data) : ownWork(data));
  if (said) self.postMessage(said);
};

/**
 * For the options page: a file that the reader chose, or the self-test.
 * @param {{ file?: File }} task
 * @returns {Promise<Reading | Tested | undefined>}
 */
async function ownWork({ file }) {
  try {
    await ready;
    return file ? await read(new Uint8Array(await file.arrayBuffer()), {}, 'exact', []) : self_test();
  } catch (error) {
    // The page hears of it as of any other stop, and takes a new worker.
    reportError(error);
  }
}

/**
 * @param {Of<'read'>} effect
 * @returns {Promise<Said>}
 */
async function work({ job, accept, max_bytes, timeout_ms, depth }) {
  try {
    await ready;
    const { delivery, bytes } = await get(job.url, {
      headers: [['accept', accept]],
      maxBytes: max_bytes,
      timeoutMs: timeout_ms,
      private: job.private,
      whole: true,
      leadsInside: leads_inside,
    });
    if (delivery.status >= 400) throw new Unhad({ failure: 'status', status: delivery.status });
    /** @type {Promise<Reading[]>} */
    const known = new Promise((resolve) => { hear = resolve; });
    self.postMessage(/** @type {Said} */ ({ fetched: bytes.length }));
    const reading = await read(bytes, delivery, depth, await known, (part) => self.postMessage(/** @type {Said} */ ({ part })));
    const memory = [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    return { reading, memory };
  } catch (error) {
    if (error instanceof Unhad) return { failure: error.failure, spoilt: false };
    console.error('Sayso:', error);
    return { failure: { failure: 'crashed' }, spoilt: true };
  }
}

// Above this it is worth a message of its own that the metadata are there before the rest.
const LARGE = 256 << 10;

/**
 * Takes every step of reading one file.
 * @param {Uint8Array} bytes
 * @param {Delivery} delivery
 * @param {Depth} depth
 * @param {Reading[]} known of files that may be the same
 * @param {(part: Reading) => void} [tell] hears what is known before a slow step
 * @returns {Promise<Reading>}
 */
async function read(bytes, delivery, depth, known, tell) {
  const file = new OpenFile(bytes, delivery);
  try {
    known.some((reading) => file.take_over(reading, depth));
    const { awaits = [] } = file.reading();
    for (const step of awaits) {
      // Another module may have to be started first, too.
      if (bytes.length > LARGE || step !== 'codes') tell?.(file.reading());
      switch (step) {
        case 'manifest': {
          const { validate } = await module('manifest');
          file.check(validate(bytes, '', Date.now() / 1000));
          break;
        }
        case 'codes':
          file.codes(depth);
          break;
        case 'jpeg-xl': {
          if (!file.may_be_decoded()) break;
          const { decode } = await module('jxl');
          const seen = decode(bytes);
          if (seen.problem) file.no_pixels({ type: 'fault', problem: seen.problem });
          else file.see(seen.width, seen.height, seen.take());
          seen.free();
          break;
        }
        case 'pixels': {
          if (!file.may_be_decoded()) break;
          const seen = await pixelsOf(bytes, file.reading().media?.mime ?? '', canvas_size);
          if ('rgba' in seen) file.see(seen.width, seen.height, seen.rgba);
          else file.no_pixels(seen);
          break;
        }
        case 'sound': {
          const { listen } = await module('sound');
          file.hear(listen(bytes));
          break;
        }
      }
    }
    return file.reading();
  } finally {
    file.free();
  }
}

/**
 * Starts a module that few files need, once.
 * @template {'manifest' | 'sound' | 'jxl'} Name
 * @param {Name} name
 * @returns {Promise<Modules[Name]>}
 */
async function module(name) {
  const started = await import(`./wasm/${name}.js`);
  // Says nothing when it has been started before.
  const { memory } = await started.default({ module_or_path: new URL(`./wasm/${name}_bg.wasm`, import.meta.url) });
  memories.add(memory);
  return started;
}
