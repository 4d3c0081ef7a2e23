// @ts-check
// The only file that knows which browser this is.
import { openFollowing } from './following.js';
import { openRoom } from './room.js';
/** @import { Of, Tell } from './effects.js' */
/** @import { Command } from './following.worker.js' */

// Chromium's service worker has no `Worker`, so the reading room stands in an offscreen
// document there. Firefox's event page has both a document and workers.
const { offscreen } = chrome;

/** @type {((effect: Of<'read'> | Of<'drop'>) => void) | undefined} */
let room;

/**
 * Gives a job to the reading room, or takes it back.
 * @param {Of<'read'> | Of<'drop'>} effect
 * @param {Tell} tell
 */
export function readingRoom(effect, tell) {
  if (!offscreen) {
    room ??= openRoom(tell);
    room(effect);
    return;
  }
  toOffscreen(effect).catch((error) => {
    console.error('Sayso: the reading room does not open:', error);
    if (effect.type === 'read') void tell({ type: 'read-failed', job: effect.job, failure: { failure: 'crashed' } });
  });
}

/**
 * The answer comes back as a message of its own: by then this worker may be another one.
 * @param {Of<'read'> | Of<'drop'>} effect
 */
async function toOffscreen(effect) {
  await opened();
  try {
    await chrome.runtime.sendMessage({ room: effect });
  } catch {
    await opened(); // It was just being closed.
    await chrome.runtime.sendMessage({ room: effect });
  }
}

/** @type {((command: Command) => Promise<unknown>) | undefined} */
let shelf;

/**
 * Has something done by the worker that follows catalogues.
 * @param {Command} command
 * @param {Tell} tell
 * @returns {Promise<unknown>}
 */
export async function following(command, tell) {
  if (!offscreen) {
    shelf ??= openFollowing(tell);
    return shelf(command);
  }
  await opened();
  return chrome.runtime.sendMessage({ following: command });
}

/** @type {Promise<void> | undefined} */
let opening;

/** There may be only one offscreen document, so two who want it wait for the same. */
function opened() {
  opening ??= (async () => {
    if (await offscreen.hasDocument()) return;
    await offscreen.createDocument({
      url: 'offscreen.html',
      reasons: [offscreen.Reason.WORKERS],
      justification: 'Reads metadata and fingerprints of pictures and sounds in workers.',
    });
  })().finally(() => {
    opening = undefined;
  });
  return opening;
}
