// @ts-check
// What `cargo xtask bench` times in JavaScript: ours and the judges, the same in node and in a
// worker of a browser.

/**
 * Where things are: our modules as they ship, the module for benchmarks, packages of others.
 * @typedef {object} Place
 * @property {(name: 'reader' | 'manifest' | 'sound' | 'jxl' | 'following' | 'bench') => string} glue address of a module's glue
 * @property {(path: string) => string} npm address of a file of a package
 * @property {(address: string) => Promise<BufferSource>} bytes
 * @property {() => number | Promise<number>} clock milliseconds
 * @property {(file: string, name: string) => Promise<Uint8Array<ArrayBuffer>>} beside another file of the folder in which one is
 */

/** @typedef {{ task: string, file: string, least: number }} Task one line from `cargo xtask bench` */
/** @typedef {{ ms: number } | { bytes: number } | { ms: number, bytes: number, said?: boolean } | { error: string }} Answer */
/** @typedef {typeof import('./wasm/reader.js')} Reader */
/** @typedef {import('./wasm/following.js').Fingerprint} Fingerprint */
/** @typedef {{ near(codes: BigUint64Array): number, walk(codes: BigUint64Array): number, scan(): bigint }} Codes */
/** @typedef {{ table: string, prints: Fingerprint[] }} Questions pictures that are asked about, and the table that is asked */
/** @typedef {{ blake3(bytes: Uint8Array): Uint8Array, search_code(bytes: Uint8Array): string | undefined }} Single */

// The segments that our reader reads too; profiles of colour are left out by both.
const EXIFR = { tiff: true, ifd1: false, exif: true, gps: true, interop: false, xmp: true, iptc: true, jfif: false, ihdr: false, icc: false };

/**
 * Ways to make a task ready; what is given back is timed.
 * @type {Record<string, (place: Place, bytes: Uint8Array<ArrayBuffer>, file: string) => Promise<() => unknown>>}
 */
const TASKS = {
  'search code': async (place, bytes) => {
    /** @type {Single} */
    const { search_code } = await ours(place, 'bench');
    return () => search_code(bytes);
  },
  search: async (place, bytes) => codes(await ours(place, 'reader'), bytes, 'search'),
  // Without the two hashes that only registries ask for.
  'iscc codes': async (place, bytes) => codes(await ours(place, 'reader'), bytes, 'search', await digestsOf(bytes)),
  exact: async (place, bytes) => codes(await ours(place, 'reader'), bytes, 'exact'),
  metadata: async (place, bytes) => {
    /** @type {Reader} */
    const { OpenFile } = await ours(place, 'reader');
    return () => {
      const file = new OpenFile(bytes, {});
      const reading = file.reading();
      file.free();
      return reading;
    };
  },
  validate: async (place, bytes) => {
    /** @type {typeof import('./wasm/manifest.js')} */
    const { validate } = await ours(place, 'manifest');
    return () => {
      if (!validate(bytes, undefined, '', Date.now() / 1000)) throw new Error('there is no manifest');
    };
  },
  listen: async (place, bytes) => {
    /** @type {typeof import('./wasm/sound.js')} */
    const { listen } = await ours(place, 'sound');
    return () => {
      if (!listen(bytes)?.chromaprint) throw new Error('nothing was heard');
    };
  },
  blake3: async (place, bytes) => {
    /** @type {Single} */
    const { blake3 } = await ours(place, 'bench');
    return () => blake3(bytes);
  },
  'hash-wasm': async (place, bytes) => {
    const { createBLAKE3 } = await import(place.npm('hash-wasm/dist/index.esm.js'));
    const hasher = await createBLAKE3();
    return () => {
      hasher.init();
      hasher.update(bytes);
      return hasher.digest('binary');
    };
  },
  exifr: async (place, bytes) => {
    const { default: exifr } = await import(place.npm('exifr/dist/full.esm.mjs'));
    return () => exifr.parse(bytes, EXIFR);
  },
  'c2pa-wasm': async (place, bytes) => {
    const module = await import(place.npm('@contentauth/c2pa-wasm/pkg/c2pa.js'));
    await module.default({ module_or_path: await place.bytes(place.npm('@contentauth/c2pa-wasm/pkg/c2pa_bg.wasm')) });
    return async () => {
      const reader = await module.WasmReader.fromBytes('image/jpeg', bytes);
      reader.json();
      reader.free();
    };
  },
  'look up': async (place, bytes, file) => {
    const { codes, next } = await asked(place, bytes, file);
    return () => codes.near(next(1));
  },
  'look up 8': async (place, bytes, file) => {
    const { codes, next } = await asked(place, bytes, file);
    return () => codes.near(next(8));
  },
  walk: async (place, bytes, file) => {
    const { codes, next } = await asked(place, bytes, file);
    const some = next(8);
    if (codes.near(some) !== codes.walk(some)) throw new Error('the index does not find what walking finds');
    return () => codes.walk(next(1));
  },
  scan: async (place, bytes, file) => {
    const { codes } = await asked(place, bytes, file);
    return () => codes.scan();
  },
  'page of 100': async (place, bytes, file) => {
    const { shelf } = await followed(place, bytes, file, '?page');
    const { prints } = questions(bytes);
    const page = () => prints.filter((print) => shelf.find(print, false).done?.answer?.answer === 'hits').length;
    // Every second is a copy of a work of the catalogue.
    if (page() !== prints.length / 2) throw new Error(`${page()} of ${prints.length} pictures were found`);
    return page;
  },
  'canvas 32': async (_, bytes) => canvas(bytes, 32),
  'canvas full': async (_, bytes) => canvas(bytes),
};

/**
 * Times one task, or weighs it.
 * @param {Place} place
 * @param {Task} task
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Answer>}
 */
export async function measure(place, { task, file, least }, bytes) {
  try {
    if (task === 'answer') return await answered(place, bytes);
    if (task === 'follow') return await opened(place, bytes, file);
    if (task.startsWith('memory ')) return { bytes: await memory(place, bytes, task.slice('memory '.length)) };
    const run = await ready(place, task, file, bytes);
    const since = performance.now();
    const start = await place.clock();
    let count = 0;
    do {
      await run();
      count += 1;
    } while (performance.now() - since < least);
    return { ms: ((await place.clock()) - start) / count };
  } catch (error) {
    return { error: String(error) };
  }
}

/** @type {Map<string, () => unknown>} */
const kept = new Map();
/** @type {Set<string>} */
const warm = new Set();

/**
 * A task that has run for long enough to be compiled as well as it will be.
 * @param {Place} place
 * @param {string} task
 * @param {string} file
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function ready(place, task, file, bytes) {
  const name = `${task} ${file}`;
  const known = kept.get(name);
  if (known) return known;
  const made = await TASKS[task]?.(place, bytes, file);
  if (!made) throw new Error(`there is no task ${task}`);
  const [since, patience] = [performance.now(), warm.has(task) ? 60 : 800];
  for (let count = 0; count < 3 || performance.now() - since < patience; count += 1) await made();
  warm.add(task);
  kept.set(name, made);
  return made;
}

/** @type {Map<string, Promise<any>>} */
const started = new Map();

/**
 * One of our modules, started once.
 * @param {Place} place
 * @param {Parameters<Place['glue']>[0]} name
 */
function ours(place, name) {
  const module = started.get(name) ?? start(place, name, '').then(({ glue }) => glue);
  started.set(name, module);
  return module;
}

/**
 * @param {Place} place
 * @param {Parameters<Place['glue']>[0]} name
 * @param {string} query another one is another instance
 */
async function start(place, name, query) {
  const address = place.glue(name);
  const glue = await import(address + query);
  const { memory } = await glue.default({ module_or_path: await place.bytes(address.replace(/\.js$/, '_bg.wasm')) });
  return { glue, memory: /** @type {WebAssembly.Memory} */ (memory) };
}

/**
 * Every code of a file, as worker.js has them made.
 * @param {Reader} reader
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {'search' | 'exact'} depth
 * @param {Uint8Array[]} [made] SHA-1 and SHA-256, where making them is not part of it
 */
function codes({ OpenFile }, bytes, depth, made) {
  return async () => {
    const digests = made ?? digestsOf(bytes);
    const file = new OpenFile(bytes, {});
    file.codes(depth, ...(await digests));
    const { fingerprint } = file.reading();
    file.free();
    if (!fingerprint?.codes) throw new Error('there is no code');
  };
}

/**
 * What is asked of a table: pictures of which everyone has eight codes.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Questions}
 */
function questions(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @type {Map<string, Promise<{ codes: Codes, next: (count: number) => BigUint64Array }>>} */
const tables = new Map();

/**
 * A table in the module for benchmarks, read once, and its questions, so many codes at a time.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} file
 */
function asked(place, bytes, file) {
  const known = tables.get(file) ?? read();
  tables.set(file, known);
  return known;

  async function read() {
    const { table, prints } = questions(bytes);
    const { Codes } = await ours(place, 'bench');
    const all = prints.flatMap((print) => {
      const codes = [print.codes?.exact ?? '', ...(print.turned ?? []).map(({ code }) => code)];
      return codes.map((code) => BigInt(`0x${code.slice(0, 16)}`));
    });
    let from = 0;
    const next = (/** @type {number} */ count) => {
      if (from + count > all.length) from = 0;
      from += count;
      return BigUint64Array.from(all.slice(from - count, from));
    };
    return { codes: new Codes(await place.beside(file, table)), next };
  }
}

/**
 * A catalogue whose table is held, in the module as it ships.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} file
 * @param {string} query another one is another instance
 */
async function followed(place, bytes, file, query) {
  const { table } = questions(bytes);
  const [json, signature, codes] = await Promise.all(
    ['catalogue.json', 'catalogue.sig', table].map((name) => place.beside(file, name)),
  );
  /** @type {{ glue: typeof import('./wasm/following.js'), memory: WebAssembly.Memory }} */
  const { glue, memory } = await start(place, 'following', query);
  const before = await place.clock();
  const shelf = new glue.Shelf(json, signature, [table]);
  const incoming = new glue.Incoming(codes.length);
  // As the store gives it, a piece at a time.
  for (let at = 0; at < codes.length; at += 1 << 20) incoming.push(codes.subarray(at, at + (1 << 20)));
  shelf.add_table(incoming);
  return { shelf, memory, ms: (await place.clock()) - before };
}

/**
 * How long it takes until a catalogue can be asked, and all the memory of the instance then.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} file
 */
async function opened(place, bytes, file) {
  fresh += 1;
  const { shelf, memory, ms } = await followed(place, bytes, file, `?follow${fresh}`);
  shelf.free();
  return { ms, bytes: memory.buffer.byteLength };
}

/** @param {BufferSource} bytes */
async function digestsOf(bytes) {
  const of = (/** @type {string} */ name) => crypto.subtle.digest(name, bytes);
  return (await Promise.all([of('SHA-1'), of('SHA-256')])).map((digest) => new Uint8Array(digest));
}

let fresh = 0;

/**
 * By how much the memory of a new instance grows while it makes the codes of a file; of a sound, all
 * the memory of the two instances that it takes. Such memory never shrinks, so this is the peak.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} what
 */
async function memory(place, bytes, what) {
  fresh += 1;
  const { glue, memory } = await start(place, 'reader', `?${fresh}`);
  const before = memory.buffer.byteLength;
  if (what !== 'listen') {
    await codes(glue, bytes, what === 'exact' ? 'exact' : 'search')();
    return memory.buffer.byteLength - before;
  }
  const sound = await start(place, 'sound', `?${fresh}`);
  const file = new glue.OpenFile(bytes, {});
  file.codes('exact');
  file.hear(sound.glue.listen(bytes));
  const { fingerprint } = file.reading();
  file.free();
  if (!fingerprint?.chromaprint) throw new Error('nothing was heard');
  return memory.buffer.byteLength + sound.memory.buffer.byteLength;
}

/**
 * @typedef {object} Firm everything that reads a file, each in an instance that is used for file after file
 * @property {Reader} reader
 * @property {typeof import('./wasm/manifest.js')} manifest
 * @property {typeof import('./wasm/sound.js')} sound
 * @property {typeof import('./wasm/jxl.js')} jxl
 * @property {WebAssembly.Memory[]} memories
 */
/** @type {Promise<Firm> | undefined} */
let firm;

/**
 * @param {Place} place
 * @returns {Promise<Firm>}
 */
async function employ(place) {
  const names = /** @type {const} */ (['reader', 'manifest', 'sound', 'jxl']);
  const started = await Promise.all(names.map((name) => start(place, name, '?firm')));
  const [reader, manifest, sound, jxl] = started.map(({ glue }) => glue);
  return { reader, manifest, sound, jxl, memories: started.map(({ memory }) => memory) };
}

/**
 * What a file costs that may be hostile: the slower of its two roads with every step that worker.js
 * takes, all memory of the instances, in which the files before it were read too, and whether there is
 * a code or a word why not.
 * @param {Place} place
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Answer>}
 */
async function answered(place, bytes) {
  firm ??= employ(place);
  const { reader, manifest, sound, jxl, memories } = await firm;
  let ms = 0;
  let said = true;
  try {
    for (const depth of /** @type {const} */ (['search', 'exact'])) {
      const since = await place.clock();
      const file = new reader.OpenFile(bytes, {});
      const { awaits = [] } = file.reading();
      for (const step of awaits) {
        if (step === 'codes') file.codes(depth);
        if (step === 'manifest') file.check(manifest.validate(bytes, undefined, '', Date.now() / 1000));
        if (step === 'sound') file.hear(sound.listen(bytes));
        if (step === 'jpeg-xl' && file.may_be_decoded()) {
          const seen = jxl.decode(bytes);
          if (seen.problem) file.no_pixels({ type: 'fault', problem: seen.problem });
          else file.see(seen.width, seen.height, seen.take());
          seen.free();
        }
      }
      const { fingerprint, problems } = file.reading();
      file.free();
      ms = Math.max(ms, (await place.clock()) - since);
      // Of pictures in some formats the browser makes the pixels.
      const { codes, chromaprint } = fingerprint ?? {};
      said &&= awaits.includes('pixels') || !!codes || !!chromaprint || !!problems?.length;
    }
  } catch (error) {
    // They must not be used again.
    firm = undefined;
    throw error;
  }
  return { ms, bytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0), said };
}

/**
 * What an extension without a decoder of its own does.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} [side]
 */
function canvas(bytes, side) {
  return async () => {
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    const { width, height } = side ? { width: side, height: side } : bitmap;
    const paper = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!paper) throw new Error('there is no canvas');
    paper.imageSmoothingQuality = 'high';
    paper.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    return paper.getImageData(0, 0, width, height).data[0];
  };
}
