// @ts-check
// One way of getting anything: no cookies, no referrer, a ceiling on bytes and on time.
// Used by the broker and by the reading room's workers.
/** @import { Delivery, Failure } from './wasm/engine.js' */

/** It could not be had, and why. */
export class Unhad extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.failure);
    this.failure = failure;
  }
}

/**
 * Gets at most `maxBytes` of an address; with `whole`, all of it or nothing, but of a sound the first part.
 * @param {string} url
 * @param {{ headers: [string, string][], maxBytes: number, timeoutMs: number, private: boolean, whole: boolean, leadsInside: (from: string, to: string) => boolean }} how
 * @returns {Promise<{ delivery: Required<Delivery>, bytes: Uint8Array }>}
 */
export async function get(url, how) {
  // A page's `blob:` or stream is out of reach from here.
  if (!/^(https?|data):/i.test(url)) throw new Unhad({ failure: 'unreachable' });
  const data = /^data:/i.test(url);
  const signal = AbortSignal.timeout(how.timeoutMs);
  try {
    const response = await fetch(url, {
      headers: data ? [] : how.headers,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      // What a private window shows leaves no trace in the cache on disk.
      cache: how.private ? 'no-store' : 'default',
      signal,
    });
    if (how.leadsInside(url, response.url)) {
      await response.body?.cancel();
      throw new Unhad({ failure: 'private-redirect' });
    }
    // An error's page is not the file; its status says more than its length.
    // Of a sound the first part is enough; what it is of is told by its announced length.
    const limit = how.whole && response.ok && !/^(audio\/|application\/ogg)/i.test(response.headers.get('content-type') ?? '');
    if (limit && Number(response.headers.get('content-length')) > how.maxBytes) {
      await response.body?.cancel();
      throw new Unhad({ failure: 'too-large' });
    }
    const bytes = await body(response, how.maxBytes, limit);
    /** @type {Required<Delivery>} */
    const delivery = {
      // A `data:` address holds the file itself, which need not travel any further.
      url: data ? url.slice(0, url.indexOf(',') + 1) : url,
      final_url: data ? '' : response.url,
      status: data ? 0 : response.status,
      headers: [...response.headers].map(([name, value]) => ({ name, value })),
      fetched_at: Date.now(),
    };
    return { delivery, bytes };
  } catch (error) {
    if (error instanceof Unhad) throw error;
    // The time is up: Chromium names the error for it, Firefox may call it an abort.
    if (signal.aborted) throw new Unhad({ failure: 'silent' });
    throw new Unhad({ failure: 'network', detail: String(error) });
  }
}

/**
 * A file as an address (RFC 2397).
 * @param {string} type
 * @param {Uint8Array} bytes
 */
export function addressed(type, bytes) {
  return `data:${type};base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

/**
 * @param {Response} response
 * @param {number} maxBytes
 * @param {boolean} whole
 */
async function body(response, maxBytes, whole) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      if (whole) throw new Unhad({ failure: 'too-large' });
      break;
    }
  }
  const bytes = new Uint8Array(Math.min(length, maxBytes));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece.subarray(0, maxBytes - at), at);
    at += piece.length;
  }
  return bytes;
}
