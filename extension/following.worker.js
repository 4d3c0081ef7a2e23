// @ts-check
// Follows catalogues: fetches what they publish into the store, and looks files up in it. It may
// be ended at any time. What it says of a catalogue comes from Rust; it carries bytes.
import init, { Incoming, Shelf, differs, lost, no_room, other_key, presets, same_name, take, unavailable, ways } from './wasm/following.js';
import { PIECE, all, count, drop, forget, keep, names, one, piece, put } from './pieces.js';
/** @import { Consulted, Fingerprint, Offer, Phrase, Taken, Wanted } from './wasm/following.js' */
/** @import { Followed, ReadJob, ShellEvent } from './wasm/engine.js' */
/** @import { Kept, Signed } from './pieces.js' */

/**
 * What is wanted of the worker.
 * @typedef {{ type: 'look', address: string } | { type: 'follow', address: string, id: string } | { type: 'list' } | { type: 'update', id: string } | { type: 'unfollow', id: string } | { type: 'tend', policy: string } | { type: 'consult', job: ReadJob, print: Fingerprint, ask: string[] }} Command
 */

/** What the worker says to its keeper. @typedef {{ number: number, reply: unknown } | { event: ShellEvent } | { busy: boolean }} Said */

// How old the last look at a catalogue may be before it is looked at again by itself.
const LOOK_AGAIN_MS = 20 * 3_600_000;
// After a failure the same is tried again then.
const TRY_AGAIN_MS = 3_600_000;
const DESCRIPTOR_BYTES = 2 << 20;
const SIGNATURE_BYTES = 64;
// A server that sends nothing for so long is given up.
const SILENCE_MS = 30_000;

const ready = init({ module_or_path: new URL('./wasm/following_bg.wasm', import.meta.url) });

/** Catalogues that are opened for look-ups. @type {Map<string, Promise<Shelf>>} */
const shelves = new Map();
/** Downloads that go on. @type {Map<string, { stop: AbortController, done: number, total: number, over: Promise<void> }>} */
const downloads = new Map();
/** Whom the engine was told of last. */
let told = '';

/** Something that can be said to the reader. */
class Refused extends Error {
  /** @param {Phrase} phrase */
  constructor(phrase) {
    super(phrase.key);
    this.phrase = phrase;
  }
}

self.onmessage = async ({ data: { number, command } }) => {
  try {
    await ready;
    say({ number, reply: await obey(command) });
  } catch (error) {
    console.error('Sayso:', error);
    say({ number, reply: error instanceof Refused ? { refused: error.phrase } : undefined });
  }
};

/** @param {Said} said */
function say(said) {
  self.postMessage(said);
}

/**
 * @param {Command} command
 * @returns {Promise<unknown>}
 */
async function obey(command) {
  switch (command.type) {
    case 'look':
      return (await look(command.address)).taken;
    case 'follow':
      return follow(command.address, command.id);
    case 'list':
      return list();
    case 'update': {
      const kept = await one(command.id);
      if (kept) await update(kept);
      return {};
    }
    case 'unfollow': {
      if ((await one(command.id))?.preset) return {};
      const under_way = downloads.get(command.id);
      under_way?.stop.abort();
      await under_way?.over;
      close(command.id);
      await forget(command.id);
      await announce();
      return {};
    }
    case 'tend':
      return tend(command.policy);
    case 'consult':
      return consult(command);
  }
}

/**
 * Fetches and checks what a catalogue says about itself.
 * @param {string} address
 * @param {Kept} [before] what it must be able to follow
 * @returns {Promise<{ taken: Taken, signed: Signed }>}
 */
async function look(address, before) {
  // The signature goes up first, so it is asked for last.
  const json = await whole(address, 'catalogue.json', DESCRIPTOR_BYTES);
  const sig = await whole(address, 'catalogue.sig', SIGNATURE_BYTES);
  return { taken: take(json, sig, before?.now?.json ?? before?.next?.json), signed: { json, sig } };
}

/**
 * @param {string} address
 * @param {string} id the key that the reader has seen
 */
async function follow(address, id) {
  const { taken, signed } = await look(address, await one(id));
  if (!taken.offer) return taken;
  const { offer } = taken;
  // Between looking and following, somebody else has signed.
  if (offer.id !== id) throw new Refused(other_key());
  for (const other of await all()) {
    const name = other.id !== id && offerOf(other.next ?? other.now)?.name;
    if (name === offer.name) throw new Refused(same_name(name));
  }
  const known = await one(id);
  /** @type {Kept} */
  const kept = { id, since: Date.now(), held: [], ...known, address, checked: Date.now(), next: signed, problem: undefined };
  await keep(kept);
  void bring(id);
  return taken;
}

/** @param {Signed | undefined} signed */
function offerOf(signed) {
  return signed && take(signed.json, signed.sig, undefined).offer;
}

/** All that are followed, as the options page shows them. */
async function list() {
  const lines = (await all()).map((kept) => {
    const { id, address, since, checked, problem, now, next, preset } = kept;
    const under_way = downloads.get(id);
    const part = under_way && { done: under_way.done, total: under_way.total };
    return { id, address, since, checked, problem, part, used: !!now, waiting: !!next, preset: !!preset, offer: offerOf(now) ?? offerOf(next) };
  });
  const { usage, quota } = await navigator.storage.estimate();
  return { lines, usage, quota, persisted: await navigator.storage.persisted() };
}

/**
 * Takes over what an organisation has chosen. What it no longer names stays, for the reader to decide.
 * @param {string} policy
 */
async function preset(policy) {
  const chosen = presets(policy);
  for (const { id, address } of chosen) {
    if (!(await one(id))) await keep({ id, address, since: Date.now(), checked: 0, held: [] });
  }
  const ids = new Set(chosen.map(({ id }) => id));
  for (const kept of await all()) if (ids.has(kept.id) !== !!kept.preset) await keep({ ...kept, preset: ids.has(kept.id) });
}

/**
 * Goes on with what was broken off, and looks whether there is something new.
 * @param {string} policy what the reader's organisation has decided
 */
async function tend(policy) {
  await preset(policy);
  for (const kept of await all()) {
    const { id, next, problem, checked, tried = checked } = kept;
    // What was broken off goes on; what was refused waits, and may be something else by then.
    if (next && !problem) void bring(id);
    else if (Date.now() - (problem ? tried : checked) > (problem ? TRY_AGAIN_MS : LOOK_AGAIN_MS)) void update(kept).catch((error) => console.error('Sayso:', error));
  }
  await announce();
  return { waiting: (await all()).some(({ now, next, problem }) => (next || !now) && !problem) };
}

/** @param {Kept} kept */
async function update(kept) {
  const { id } = kept;
  try {
    // Nothing was seen of it yet that the next could follow, but its key.
    if (!kept.now && !kept.next) {
      const { refused } = await follow(kept.address, id);
      if (refused) throw new Refused(refused);
      return;
    }
    const { taken, signed } = await look(kept.address, kept);
    const news = taken.offer && !same(signed.json, kept.now?.json);
    // Only what was seen now is set, so that a download under way loses nothing.
    const latest = (await one(id)) ?? kept;
    await keep({ ...latest, checked: Date.now(), tried: Date.now(), problem: taken.refused ?? undefined, next: news ? signed : latest.next });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const latest = (await one(id)) ?? kept;
    await keep({ ...latest, checked: Date.now(), tried: Date.now(), problem: error.phrase });
  }
  void bring(id);
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array | undefined} other
 */
function same(one, other) {
  return one.length === other?.length && one.every((byte, index) => byte === other[index]);
}

/**
 * Fetches what is missing of the next epoch; once all of it is there and right, it is used. What
 * was in use before stays so until then.
 * @param {string} id
 */
async function bring(id) {
  if (downloads.has(id)) return;
  const stop = new AbortController();
  /** @type {() => void} */
  let over = () => {};
  const download = { stop, done: 0, total: 0, over: new Promise((/** @type {(value: void) => void} */ resolve) => (over = resolve)) };
  downloads.set(id, download);
  say({ busy: true });
  try {
    await bringAll(id, download);
  } catch (error) {
    if (!stop.signal.aborted) {
      console.error('Sayso:', error);
      const kept = await one(id);
      const full = error instanceof DOMException && error.name === 'QuotaExceededError';
      const problem = error instanceof Refused ? error.phrase : full ? no_room(download.total) : unavailable('', String(error));
      if (kept) await keep({ ...kept, problem, tried: Date.now() });
    }
  } finally {
    downloads.delete(id);
    over();
    if (!downloads.size) say({ busy: false });
  }
}

/**
 * @param {string} id
 * @param {{ stop: AbortController, done: number, total: number }} download
 */
async function bringAll(id, download) {
  const { signal } = download.stop;
  let kept = await one(id);
  if (!kept?.next) return;
  const { next, now, address } = kept;
  const offer = offerOf(next);
  if (!offer) return;
  const held = new Set(kept.held);
  const missing = offer.files.filter(({ name }) => !held.has(name));
  download.total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  const { usage = 0, quota = Infinity } = await navigator.storage.estimate();
  if (download.total > quota - usage) throw new Refused(no_room(download.total));
  for (const way of now ? ways(now.json, next.json) : []) {
    if (held.has(way.to.name) || !held.has(way.from.name)) continue;
    // Where the short way does not lead there, the table is fetched whole.
    const made = await walk(id, address, way, download).catch((error) => {
      if (!(error instanceof Refused)) throw error;
      return false;
    });
    if (made) held.add(way.to.name);
    await mark(id, held);
  }
  for (const file of missing) {
    if (held.has(file.name)) continue;
    const before = download.done;
    await fetchFile(id, address, file, signal, (bytes) => (download.done = before + bytes));
    held.add(file.name);
    await mark(id, held);
  }
  kept = await one(id);
  // Something newer may have come meanwhile, or it is no longer wanted.
  if (!kept || signal.aborted) return;
  if (kept.next && !same(kept.next.json, next.json)) return bringAll(id, download);
  const wanted = new Set(offer.files.map(({ name }) => name));
  await keep({ ...kept, now: next, next: undefined, problem: undefined, held: [...held].filter((name) => wanted.has(name)) });
  close(id);
  await announce();
  for (const name of await names(id)) if (!wanted.has(name)) await drop(id, name);
}

/**
 * @param {string} id
 * @param {Set<string>} held
 */
async function mark(id, held) {
  const kept = await one(id);
  if (kept) await keep({ ...kept, held: [...held] });
}

/**
 * Makes a new table of an old one and what changed; false where that does not lead to it.
 * @param {string} id
 * @param {string} address
 * @param {{ from: Wanted, steps: Wanted[], to: Wanted }} way
 * @param {{ stop: AbortController, done: number }} download
 * @returns {Promise<boolean>}
 */
async function walk(id, address, { from, steps, to }, download) {
  let table = await incoming(id, from);
  for (const step of steps) {
    const before = download.done;
    await fetchFile(id, address, step, download.stop.signal, (bytes) => (download.done = before + bytes));
    const delta = await joined(id, step);
    await drop(id, step.name);
    const bytes = table.apply(delta);
    if (!bytes) return false;
    table = new Incoming(bytes.length);
    table.push(bytes);
    if (step === steps.at(-1)) {
      const right = table.is(to.blake3) && bytes.length === to.bytes;
      table.free();
      if (!right) return false;
      await drop(id, to.name);
      for (let index = 0; index * PIECE < bytes.length; index += 1) await put(id, to.name, index, bytes.slice(index * PIECE, (index + 1) * PIECE));
    }
  }
  return true;
}

/**
 * Fetches a file from where its pieces in the store end. What is there then and is not the file
 * goes again.
 * @param {string} id
 * @param {string} address
 * @param {Wanted} file
 * @param {AbortSignal} signal
 * @param {(bytes: number) => void} progress
 */
async function fetchFile(id, address, file, signal, progress) {
  let index = await count(id, file.name);
  let from = Math.min(index * PIECE, file.bytes);
  progress(from);
  if (from < file.bytes || !index) {
    const response = await ask(address, file.name, signal, from ? `bytes=${from}-` : undefined);
    if (from && response.status !== 206) {
      // This server gives the whole file or nothing.
      index = from = 0;
      await drop(id, file.name);
    }
    const gathered = new Uint8Array(PIECE);
    let filled = 0;
    for await (const chunk of chunks(response, file.name, signal)) {
      let rest = chunk;
      while (rest.length) {
        if (from + filled + rest.length > file.bytes) throw await wrong(id, file);
        const part = rest.subarray(0, PIECE - filled);
        gathered.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
        if (filled === PIECE) {
          await put(id, file.name, index, gathered.slice());
          index += 1;
          from += PIECE;
          filled = 0;
        }
      }
      progress(from + filled);
    }
    if (from + filled !== file.bytes) throw new Refused(unavailable(file.name, `${from + filled} / ${file.bytes}`));
    if (filled) await put(id, file.name, index, gathered.slice(0, filled));
  }
  const check = new Incoming(0);
  await eachPiece(id, file, (bytes) => check.push(bytes));
  const right = check.is(file.blake3);
  check.free();
  if (!right) throw await wrong(id, file);
}

/**
 * @param {string} id
 * @param {Wanted} file
 */
async function wrong(id, { name }) {
  await drop(id, name);
  return new Refused(differs(name));
}

/**
 * @param {string} id
 * @param {Wanted} file
 * @param {(bytes: Uint8Array) => void} hear
 */
async function eachPiece(id, { name, bytes }, hear) {
  for (let index = 0; index * PIECE < bytes; index += 1) {
    const part = await piece(id, name, index);
    if (!part) throw new Refused(lost());
    hear(part);
  }
}

/**
 * @param {string} id
 * @param {Wanted} file
 */
async function incoming(id, file) {
  const whole = new Incoming(file.bytes);
  await eachPiece(id, file, (bytes) => whole.push(bytes));
  return whole;
}

/**
 * @param {string} id
 * @param {Wanted} file
 */
async function joined(id, file) {
  const bytes = new Uint8Array(file.bytes);
  let at = 0;
  await eachPiece(id, file, (part) => {
    bytes.set(part, at);
    at += part.length;
  });
  return bytes;
}

/**
 * Asks a catalogue's host, and nobody else: a redirect is not followed.
 * @param {string} address
 * @param {string} name
 * @param {AbortSignal} [signal]
 * @param {string} [range]
 */
async function ask(address, name, signal, range) {
  const patience = AbortSignal.timeout(SILENCE_MS);
  let response;
  try {
    response = await fetch(new URL(name, address), {
      headers: range ? { range } : {},
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      // What is fetched is kept here already.
      cache: 'no-store',
      signal: signal ?? patience,
    });
  } catch (error) {
    throw new Refused(unavailable(name, String(error)));
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Refused(unavailable(name, `HTTP ${response.status}`));
  }
  return response;
}

/**
 * The body as it comes; an error when it stops coming.
 * @param {Response} response
 * @param {string} name
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* chunks(response, name, signal) {
  const reader = response.body?.getReader();
  while (reader) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const silence = new Promise((_, reject) => (timer = setTimeout(reject, SILENCE_MS, new Error('silence'))));
    try {
      const { done, value } = await /** @type {Promise<ReadableStreamReadResult<Uint8Array>>} */ (Promise.race([reader.read(), silence]));
      if (done) return;
      yield value;
    } catch (error) {
      void reader.cancel().catch(() => {});
      if (signal?.aborted || error instanceof Refused) throw error;
      throw new Refused(unavailable(name, String(error)));
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * @param {string} address
 * @param {string} name
 * @param {number} most
 * @param {string} [range]
 */
async function whole(address, name, most, range) {
  const response = await ask(address, name, undefined, range);
  if (range && response.status !== 206) throw new Refused(unavailable(name, `HTTP ${response.status}`));
  /** @type {Uint8Array[]} */
  const parts = [];
  let length = 0;
  for await (const chunk of chunks(response, name)) {
    parts.push(chunk);
    length += chunk.length;
    if (length > most) throw new Refused(unavailable(name, `> ${most}`));
  }
  return new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer());
}

/** Tells the engine whom the reader follows. */
async function announce() {
  used = undefined;
  /** @type {Followed[]} */
  const catalogues = (await inUse()).map(({ offer: { name, operator, extent, epoch } }) => ({ name, operator, remote: extent !== 'whole', epoch }));
  const all_of_them = JSON.stringify(catalogues);
  if (all_of_them === told) return;
  told = all_of_them;
  say({ event: { type: 'followed', catalogues } });
}

/** Those that can be looked through, until something changes. @type {Promise<InUse[]> | undefined} */
let used;

/** @typedef {{ kept: Kept, offer: Offer }} InUse */

/** @returns {Promise<InUse[]>} */
function inUse() {
  used ??= all().then((kept) => kept.flatMap((it) => {
    const offer = offerOf(it.now);
    return offer ? [{ kept: it, offer }] : [];
  }));
  return used;
}

/** @param {string} id */
function close(id) {
  used = undefined;
  const shelf = shelves.get(id);
  shelves.delete(id);
  void shelf?.then((opened) => opened.free(), () => {});
}

/** One look-up after the other: each may need memory. @type {Promise<unknown>} */
let last = Promise.resolve();

/** @param {Extract<Command, { type: 'consult' }>} command */
function consult({ job, print, ask }) {
  const next = async () => {
    /** @type {Consulted[]} */
    const answers = [];
    for (const each of await inUse()) answers.push(await find(each, print, ask));
    say({ event: { type: 'consulted', job, answers } });
  };
  return (last = last.then(next, next));
}

/**
 * @param {InUse} each
 * @param {Fingerprint} print
 * @param {string[]} names of those whose hosts may be asked
 * @returns {Promise<Consulted>}
 */
async function find({ kept, offer }, print, names) {
  const { id, address, held } = kept;
  const { name } = offer;
  /** @type {Shelf | undefined} */
  let shelf;
  try {
    shelf = await opened(kept, offer);
    for (;;) {
      const { wants, done } = shelf.find(print, names.includes(name));
      if (done) return done;
      for (const part of wants) {
        const bytes = held.includes(part.name)
          ? await stored(id, part)
          : await whole(address, part.name, part.length, `bytes=${part.from}-${part.from + part.length - 1}`);
        shelf.give(part.name, part.from, bytes);
      }
    }
  } catch (error) {
    if (error instanceof Refused && error.phrase.key === lost().key) {
      // The browser has thrown something away: it is fetched anew.
      close(id);
      const latest = await one(id);
      if (latest) await keep({ ...latest, next: latest.next ?? latest.now, held: [], problem: error.phrase });
      void bring(id);
    }
    console.error('Sayso:', error);
    if (shelf) return shelf.fail(String(error instanceof Refused ? error.phrase.args?.join(' ') : error));
    return { catalogue: name, answer: { answer: 'unavailable', retry_after_ms: null, why: String(error) }, more: false };
  }
}

/**
 * The catalogue with its tables in memory.
 * @param {Kept} kept
 * @param {Offer} offer
 * @returns {Promise<Shelf>}
 */
function opened({ id, now, held }, offer) {
  let shelf = shelves.get(id);
  if (!shelf) {
    shelf = (async () => {
      if (!now) throw new Refused(lost());
      const opening = new Shelf(now.json, now.sig, held);
      for (const file of offer.files) {
        if (offer.tables.includes(file.name)) opening.add_table(await incoming(id, file));
      }
      return opening;
    })();
    shelf.catch(() => shelves.delete(id));
    shelves.set(id, shelf);
  }
  return shelf;
}

/**
 * A part of a file that is in the store.
 * @param {string} id
 * @param {{ name: string, from: number, length: number }} part
 */
async function stored(id, { name, from, length }) {
  const bytes = new Uint8Array(length);
  for (let at = from; at < from + length; ) {
    const index = Math.floor(at / PIECE);
    const found = (await piece(id, name, index))?.subarray(at - index * PIECE, from + length - index * PIECE);
    if (!found?.length) throw new Refused(lost());
    bytes.set(found, at - from);
    at += found.length;
  }
  return bytes;
}
