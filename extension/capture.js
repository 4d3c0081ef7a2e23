// @ts-check
// What the reader saw when they chose to report: the window, where the picture stands in it, and the
// page as it stood in memory. Taken on their click, which is what lets us look; held in memory only;
// it goes into a bundle when they say so on the report page, and nowhere else.

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ at: number, url: string, html?: string, window?: string, marked?: string }} Capture */

// A page that is longer is not kept: a part of it would be no copy.
const MOST_CHARS = 4 << 20;
const QUALITY = 92;

/** What waits for its report. @type {Capture | undefined} */
let taken;

/**
 * Looks at a tab and at one of its frames.
 * @param {chrome.tabs.Tab} tab
 * @param {number} frame
 * @param {{ box: Box, across: number }} [place] the picture, and how wide the window is, in the same pixels
 */
export async function capture(tab, frame, place) {
  taken = undefined;
  if (tab.id === undefined) return;
  const shot = tab.active
    ? await chrome.tabs.captureVisibleTab(tab.windowId, { format: 'jpeg', quality: QUALITY }).catch(() => undefined)
    : undefined;
  const page = await chrome.scripting
    .executeScript({ target: { tabId: tab.id, frameIds: [frame] }, func: () => ({ url: location.href, html: `<!doctype html>\n<html>${document.documentElement.getHTML()}</html>` }) })
    .then(([it]) => it?.result, () => undefined); // A page of the browser's own.
  const html = page && page.html.length <= MOST_CHARS ? page.html : undefined;
  // In a frame nobody knows where it stands in the window.
  const marked = shot && place && frame === 0 ? await mark(shot, place).catch(() => undefined) : undefined;
  taken = { at: Date.now(), url: page?.url ?? tab.url ?? '', html, window: shot, marked };
}

/** Keeps what was taken for the report that opens now, in place of an older one. @param {string} id */
export async function keepFor(id) {
  if (taken) await chrome.storage.session.set({ capture: { id, ...taken } }).catch(() => {});
  taken = undefined;
}

/**
 * What was taken for a report.
 * @param {string} id
 * @returns {Promise<Capture | undefined>}
 */
export async function captured(id) {
  const { capture } = /** @type {{ capture?: Capture & { id: string } }} */ (await chrome.storage.session.get('capture'));
  return capture?.id === id ? capture : undefined;
}

/**
 * The window with a line around the picture.
 * @param {string} shot
 * @param {{ box: Box, across: number }} place
 */
async function mark(shot, { box, across }) {
  const bitmap = await createImageBitmap(await (await fetch(shot)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.drawImage(bitmap, 0, 0);
  const scale = bitmap.width / across;
  const [x, y, width, height] = [box.x - 3, box.y - 3, box.width + 6, box.height + 6].map((it) => it * scale);
  // Two lines, so that one of them shows on any picture.
  for (const [color, line] of /** @type {const} */ ([['#fff', 7], ['#d6006c', 3]])) {
    context.strokeStyle = color;
    context.lineWidth = line * scale;
    context.strokeRect(x, y, width, height);
  }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY / 100 })).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:image/jpeg;base64,${btoa(text)}`;
}
