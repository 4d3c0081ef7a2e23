// @ts-check
// The store of the catalogues that the reader follows: what is known of each, and its files in
// pieces, so that a download goes on where it stopped.
/** @import { Phrase } from './wasm/following.js' */

/**
 * A descriptor and its signature.
 * @typedef {{ json: Uint8Array, sig: Uint8Array }} Signed
 */

/**
 * A catalogue: `now` is in use, `next` is being fetched, `held` are files whose hash was compared,
 * `preset` is one that the reader's organisation has chosen.
 * @typedef {{ id: string, address: string, since: number, checked: number, now?: Signed, next?: Signed, held: string[], problem?: Phrase, tried?: number, preset?: boolean }} Kept
 */

/** Bytes of a piece; only the last of a file may have fewer. */
export const PIECE = 1 << 20;

/** @type {Promise<IDBDatabase> | undefined} */
let opening;

/** @returns {Promise<IDBDatabase>} */
function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('catalogues', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('catalogues', { keyPath: 'id' });
      request.result.createObjectStore('pieces');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opening.catch(() => (opening = undefined));
  return opening;
}

/**
 * One transaction: what is written is on its way to the disk when this resolves.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(catalogues: IDBObjectStore, pieces: IDBObjectStore) => IDBRequest<T> | undefined} work
 * @returns {Promise<T | undefined>}
 */
async function transact(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(['catalogues', 'pieces'], mode, { durability: 'strict' });
    const request = work(transaction.objectStore('catalogues'), transaction.objectStore('pieces'));
    transaction.oncomplete = () => resolve(request?.result);
    // A full disk shows here, and not at the request.
    transaction.onabort = () => reject(transaction.error ?? new Error('the store gave up'));
  });
}

/** @returns {Promise<Kept[]>} */
export async function all() {
  return (await transact('readonly', (catalogues) => catalogues.getAll())) ?? [];
}

/**
 * @param {string} id
 * @returns {Promise<Kept | undefined>}
 */
export function one(id) {
  return transact('readonly', (catalogues) => catalogues.get(id));
}

/** @param {Kept} kept */
export async function keep(kept) {
  await transact('readwrite', (catalogues) => catalogues.put(kept));
}

/**
 * Forgets a catalogue and all its bytes.
 * @param {string} id
 */
export async function forget(id) {
  await transact('readwrite', (catalogues, pieces) => {
    catalogues.delete(id);
    pieces.delete(IDBKeyRange.bound([id], [id, []]));
    return undefined;
  });
}

/**
 * @param {string} id
 * @param {string} name
 */
function fileRange(id, name) {
  return IDBKeyRange.bound([id, name, 0], [id, name, Infinity]);
}

/**
 * How many pieces of a file there are.
 * @param {string} id
 * @param {string} name
 * @returns {Promise<number>}
 */
export async function count(id, name) {
  return (await transact('readonly', (_, pieces) => pieces.count(fileRange(id, name)))) ?? 0;
}

/**
 * @param {string} id
 * @param {string} name
 * @param {number} index
 * @param {Uint8Array} bytes
 */
export async function put(id, name, index, bytes) {
  await transact('readwrite', (_, pieces) => pieces.put(bytes, [id, name, index]));
}

/**
 * @param {string} id
 * @param {string} name
 * @param {number} index
 * @returns {Promise<Uint8Array | undefined>}
 */
export function piece(id, name, index) {
  return transact('readonly', (_, pieces) => pieces.get([id, name, index]));
}

/**
 * @param {string} id
 * @param {string} name
 */
export async function drop(id, name) {
  await transact('readwrite', (_, pieces) => pieces.delete(fileRange(id, name)));
}

/**
 * The names of all files of which there is a piece.
 * @param {string} id
 * @returns {Promise<Set<string>>}
 */
export async function names(id) {
  const keys = (await transact('readonly', (_, pieces) => pieces.getAllKeys(IDBKeyRange.bound([id], [id, []])))) ?? [];
  return new Set(keys.map((key) => String(/** @type {IDBValidKey[]} */ (key)[1])));
}
