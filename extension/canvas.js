// @ts-check
// Pixels by the browser's own decoder, for formats that ours do not read.
import { addressed } from './fetch.js';
/** @import { NoPixels } from './wasm/reader.js' */

// Side of the square by which a canvas is tried; noise leaves no picture of 64 by 64 alone.
const SIDE = 64;

/**
 * Decodes a picture and takes its pixels from a canvas: upright, the colours of its profile as they come.
 * @param {Uint8Array} bytes
 * @param {string} mime
 * @param {(width: number, height: number) => Uint32Array | undefined} sizeOf the size to draw it at
 * @returns {Promise<{ width: number, height: number, rgba: Uint8Array } | NoPixels>}
 */
export async function pixelsOf(bytes, mime, sizeOf) {
  if (!honest()) return { type: 'noise' };
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    const blob = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)], { type: mime });
    // Both browsers apply what an AVIF says about turning, whatever they are asked; so it comes upright.
    bitmap = await createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
  } catch {
    return { type: 'undecoded' };
  }
  try {
    const size = sizeOf(bitmap.width, bitmap.height);
    if (!size) return { type: 'undecoded' };
    const [width, height] = size;
    const context = canvas(width, height);
    if (!context) return { type: 'undecoded' };
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, rgba: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}

// Longer side of a picture beside a line of text, in pixels of the screen that has most to a point.
const SMALL = 96;

/**
 * A picture so small that it can be kept and sent beside a line of text, as a `data:` address; empty
 * where the browser cannot draw it.
 * @param {Blob} file
 */
export async function miniature(file) {
  if (!honest()) return '';
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, SMALL / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
    const context = canvas(width, height);
    if (!context) return '';
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    const small = await context.canvas.convertToBlob({ type: 'image/webp', quality: 0.6 });
    return addressed(small.type, new Uint8Array(await small.arrayBuffer()));
  } catch {
    return ''; // A sound, or a format that only we read.
  }
}

/** @type {boolean | undefined} */
let tried;

/** Whether a canvas gives back what was put on it: a browser that resists recognition may not. */
function honest() {
  if (tried === undefined) {
    const context = canvas(SIDE, SIDE);
    if (!context) return (tried = false);
    const put = context.createImageData(SIDE, SIDE);
    for (let at = 0; at < put.data.length; at++) put.data[at] = at % 4 === 3 ? 255 : (at * 37 + (at >> 6) * 11) % 256;
    context.putImageData(put, 0, 0);
    const got = context.getImageData(0, 0, SIDE, SIDE);
    tried = got.data.every((value, at) => value === put.data[at]);
  }
  return tried;
}

/**
 * In memory, not on a graphics card: its pixels are wanted at once.
 * @param {number} width
 * @param {number} height
 */
function canvas(width, height) {
  return new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
}
