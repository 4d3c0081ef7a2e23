// @ts-check
// One desk of the reading room: fetches one file, reads it, answers. May be ended at any time.
import init, { OpenFile, canvas_size, leads_inside, names_pieces, self_test } from './wasm/reader.js';
import { miniature, pixelsOf } from './canvas.js';
import { get, Unhad } from './fetch.js';
/** @import { Depth, Failure, Problem, Reading, Tested } from './wasm/reader.js' */
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

/** @typedef {Awaited<ReturnType<typeof get>> & { known: Reading[] }} Had */
/** @typedef {(url: string, headers: [string, string][], maxBytes: number) => Promise<Had>} Fetch */

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
 * @returns {Promise<Reading & { miniature: string } | Tested | undefined>}
 */
async function ownWork({ file }) {
  try {
    await ready;
    if (!file) return self_test();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const reading = await read(new OpenFile(bytes, {}), bytes, 'exact', [], {});
    // What ours would not decode, the browser need not.
    const drawn = reading.media?.kind === 'image' && !reading.problems?.some(({ code }) => code === 'over-limit');
    return { ...reading, miniature: drawn ? await miniature(file) : '' };
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
    await ready;
    /** @type {Fetch} */
    const fetch = async (url, headers, maxBytes) => {
      const had = await get(url, { headers: [['accept', accept], ...headers], maxBytes, timeoutMs: timeout_ms, private: job.private, whole: true, leadsInside: leads_inside });
      if (had.delivery.status >= 400) throw new Unhad({ failure: 'status', status: had.delivery.status });
      // After each file the keeper has patience anew, and says what it knows.
      /** @type {Promise<Reading[]>} */
      const known = new Promise((resolve) => { hear = resolve; });
      self.postMessage(/** @type {Said} */ ({ fetched: had.bytes.length }));
      return { ...had, known: await known };
    };
    const had = await fetch(job.url, [], max_bytes);
    const { delivery, known } = had;
    /** @type {Credentials} */
    const credentials = { trusted, url: manifest };
    if (manifest) {
      try {
        credentials.store = (await fetch(manifest, [], max_bytes)).bytes;
      } catch (error) {
        if (!(error instanceof Unhad)) throw error;
        credentials.failure = error.failure;
      }
    }
    const { bytes, problem } = names_pieces(had.bytes) ? await piecesOf(had, fetch, max_bytes) : { ...had, problem: null };
    const file = problem === null ? new OpenFile(bytes, delivery) : OpenFile.of_pieces(bytes, delivery, problem);
    const reading = await read(file, bytes, depth, known, credentials, (part) => self.postMessage(/** @type {Said} */ ({ part })));
    return { reading, memory: [...memories].reduce((sum, it) => sum + it.buffer.byteLength, 0) };
  } catch (error) {
    if (error instanceof Unhad) return { failure: error.failure, spoilt: false };
    console.error('Sayso:', error);
    return { failure: { failure: 'crashed' }, spoilt: true };
  }
}

// Above this it is worth a message of its own that the metadata are there before the rest.
const LARGE = 256 << 10;

// A list of lists of lists is no playlist that a player would follow.
const MOST_LISTS = 3;

/**
 * Fetches what a playlist names and joins it. Only from where the playlist lies: the page uses that host already.
 * @param {Had} list
 * @param {Fetch} fetch
 * @param {number} most bytes of all of them
 * @returns {Promise<{ bytes: Uint8Array, problem: Problem | undefined }>}
 */
async function piecesOf(list, fetch, most) {
  const { Pieces, elsewhere, plan, too_much } = await module('sound');
  const none = new Uint8Array();
  for (let lists = 0; lists < MOST_LISTS; lists += 1) {
    const from = list.delivery.final_url || list.delivery.url;
    const { follow, bases, pieces, problem } = plan(list.bytes) ?? { follow: undefined, bases: [], pieces: [], problem: elsewhere(from) };
    const base = bases.reduce((before, it) => URL.parse(it, before)?.href ?? before, from);
    const there = [...(follow ? [{ uri: follow, range: '' }] : []), ...pieces].map(({ uri, range }) => ({ url: URL.parse(uri, base), range }));
    const stranger = there.find(({ url }) => url?.origin !== new URL(from).origin);
    if (stranger) return { bytes: none, problem: elsewhere(stranger.url?.href ?? '') };
    if (follow) {
      list = await fetch(there[0]?.url?.href ?? '', [], most);
      continue;
    }
    const joined = new Pieces();
    try {
      let left = most;
      for (const { url, range } of there) {
        const { bytes } = await fetch(url?.href ?? '', range ? [['range', range]] : [], left);
        left -= bytes.length;
        joined.add(bytes);
        if (left <= 0) return { bytes: none, problem: too_much() };
      }
      const bytes = joined.join();
      return { bytes, problem: joined.problem() ?? problem ?? undefined };
    } finally {
      joined.free();
    }
  }
  return { bytes: none, problem: too_much() };
}

/**
 * Takes every step of reading one file.
 * @param {OpenFile} file
 * @param {Uint8Array} bytes
 * @param {Depth} depth
 * @param {Reading[]} known of files that may be the same
 * @param {Credentials} credentials
 * @param {(part: Reading) => void} [tell] hears what is known before a slow step
 * @returns {Promise<Reading>}
 */
async function read(file, bytes, depth, known, { trusted, url, store, failure }, tell) {
  try {
    known.some((reading) => file.take_over(reading, depth));
    if (url && store) file.attach(url, store);
    if (url && failure) file.miss(url, failure);
    const { awaits = [] } = file.reading();
    const digests = awaits.includes('codes') ? digestsOf(/** @type {BufferSource} */ (bytes)) : [];
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
          file.codes(depth, ...(await digests));
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
 * SHA-1 and SHA-256: the browser makes them beside us and ten times as fast.
 * @param {BufferSource} bytes
 */
async function digestsOf(bytes) {
  const of = (/** @type {string} */ name) => crypto.subtle.digest(name, bytes);
  return (await Promise.all([of('SHA-1'), of('SHA-256')])).map((digest) => new Uint8Array(digest));
}

/**
 * Each named in full: reviewers see what can be loaded.
 * @type {{ [Name in keyof Modules]: () => Promise<Modules[Name]> }}
 */
const MODULES = {
  manifest: () => import('./wasm/manifest.js'),
  sound: () => import('./wasm/sound.js'),
  jxl: () => import('./wasm/jxl.js'),
};

/**
 * Starts a module that few files need, once.
 * @template {'manifest' | 'sound' | 'jxl'} Name
 * @param {Name} name
 * @returns {Promise<Modules[Name]>}
 */
async function module(name) {
  const started = await MODULES[name]();
  // Says nothing when it has been started before.
  const { memory } = await started.default({ module_or_path: new URL(`./wasm/${name}_bg.wasm`, import.meta.url) });
  memories.add(memory);
  return started;
}
