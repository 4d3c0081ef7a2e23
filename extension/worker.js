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
 * Whom the reader trusts, and the manifest that lies elsewhere, or why it could not be had.
 * @typedef {{ trusted?: string, url?: string | null, store?: Uint8Array, failure?: Failure }} Credentials
 */

/**
 * What a worker says to its keeper; `fetched`: so many bytes; `part`: more of it follows; `spoilt`: it must not be used again.
 * @typedef {{ fetched: number } | { part: Reading } | { reading: Reading, memory: number } | { failure: Failure, spoilt: boolean }} Said
 */

const ready = init({ module_or_path: new URL('./wasm/reader_bg.wasm', import.meta.url) });

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
    return file ? await read(new Uint8Array(await file.arrayBuffer()), {}, 'exact', [], {}) : self_test();
  } catch (error) {
    // The page hears of it as of any other stop, and takes a new worker.
    reportError(error);
  }
}

/**
 * @param {Of<'read'>} effect
 * @returns {Promise<Said>}
 */
async function work({ job, accept, max_bytes, timeout_ms, depth, manifest, trusted }) {
  try {
    const { memory } = await ready;
    /** @param {string} url @param {[string, string][]} headers */
    const had = async (url, headers) => {
      const got = await get(url, {
        headers,
        maxBytes: max_bytes,
        timeoutMs: timeout_ms,
        private: job.private,
        whole: true,
        leadsInside: leads_inside,
      });
      if (got.delivery.status >= 400) throw new Unhad({ failure: 'status', status: got.delivery.status });
      return got;
    };
    const { delivery, bytes } = await had(job.url, [['accept', accept]]);
    /** @type {Credentials} */
    const credentials = { trusted, url: manifest };
    if (manifest) {
      try {
        credentials.store = (await had(manifest, [])).bytes;
      } catch (error) {
        if (!(error instanceof Unhad)) throw error;
        credentials.failure = error.failure;
      }
    }
    /** @type {Promise<Reading[]>} */
    const known = new Promise((resolve) => { hear = resolve; });
    self.postMessage(/** @type {Said} */ ({ fetched: bytes.length }));
    const reading = await read(bytes, delivery, depth, await known, credentials, (part) => self.postMessage(/** @type {Said} */ ({ part })));
    return { reading, memory: memory.buffer.byteLength };
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
 * @param {Credentials} credentials
 * @param {(part: Reading) => void} [tell] hears what is known before a slow step
 * @returns {Promise<Reading>}
 */
async function read(bytes, delivery, depth, known, { trusted, url, store, failure }, tell) {
  const file = new OpenFile(bytes, delivery);
  try {
    known.some((reading) => file.take_over(reading, depth));
    if (url && store) file.attach(url, store);
    if (url && failure) file.miss(url, failure);
    const { awaits = [] } = file.reading();
    for (const step of awaits) {
      // Another module may have to be started first, too.
      if (bytes.length > LARGE || step !== 'codes') tell?.(file.reading());
      switch (step) {
        case 'manifest': {
          const { validate } = await module('manifest');
          file.check(validate(bytes, store, trusted ?? '', Date.now() / 1000));
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
  await started.default({ module_or_path: new URL(`./wasm/${name}_bg.wasm`, import.meta.url) });
  return started;
}
