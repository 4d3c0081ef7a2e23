// @ts-check
// One function per effect. They carry; they do not know.
import './say.js';
import { following, readingRoom } from './browser.js';
import { keepFor } from './capture.js';
import { addressed, get, Unhad } from './fetch.js';
import { leads_inside } from './wasm/engine.js';
/** @import { Area, Delivery, DeskAnswer, Effect, Kept, Phrase, ShellEvent, Tone } from './wasm/engine.js' */

/** @typedef {(event: ShellEvent) => Promise<unknown>} Tell */
/** @template {Effect['type']} T @typedef {Extract<Effect, { type: T }>} Of */

/** Something that the reader wants remembered could not be written to their disk. */
export class Unkept extends Error {}

/**
 * Carries out effects: first everything is kept, since what is shown rests on it; the rest in its
 * order, but that a frame hears of many marks at once and a badge is set once. Resolves with
 * the answer to one of our own pages, if there is one. Rejects with `Unkept`, after all of them,
 * when settings or own works could not be written: that is told, not swallowed.
 * @param {Effect[]} effects
 * @param {Tell} tell where the answers of servers and of the reading room go
 * @returns {Promise<DeskAnswer | undefined>}
 */
export async function perform(effects, tell) {
  let answer;
  const kept = await keepAll(effects);
  /** @type {Map<number, Of<'badge'>>} */
  const badges = new Map();
  for (const effect of effects) {
    switch (effect.type) {
      case 'read':
      case 'drop':
        readingRoom(effect, tell);
        break;
      case 'consult':
        void following(effect, tell).catch((error) => console.error('Sayso: catalogues cannot be looked through:', error));
        break;
      case 'fetch':
        void fetchText(effect, tell);
        break;
      case 'show':
        show(effect);
        break;
      case 'point':
        showNow(effect.to);
        toFrame(effect.to, { point: effect.work });
        break;
      case 'ask-again':
        showNow(effect.to);
        toFrame(effect.to, { again: true });
        break;
      case 'rest':
        showNow(effect.to);
        toFrame(effect.to, { rest: true });
        break;
      case 'badge':
        badges.set(effect.tab, effect);
        break;
      case 'notify':
        notify(effect);
        break;
      case 'open-report':
        await keepFor(effect.id);
        await chrome.tabs.create({
          url: chrome.runtime.getURL(`report.html?draft=${encodeURIComponent(effect.id)}`),
        });
        break;
      case 'keep':
      case 'forget':
        break; // Done above.
      case 'answer':
        answer = effect.answer;
        break;
      default:
        unreachable(effect); // A forgotten effect does not type-check.
    }
  }
  for (const effect of badges.values()) void badge(effect);
  if (!kept) throw new Unkept('the browser did not keep it');
  return answer;
}

// Our names in the store, so that nothing else that may be there is given to the engine.
const PREFIX = 's:';

/**
 * Everything that was kept.
 * @returns {Promise<Kept[]>}
 */
export async function recall() {
  // Without this, content scripts could read settings and the reader's own works. Firefox has no such switch.
  await chrome.storage.local.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
  /** @type {Area[]} */
  const areas = ['session', 'local'];
  const dumps = await Promise.all(
    areas.map(async (area) =>
      Object.entries(await chrome.storage[area].get(null))
        .filter(([name, value]) => name.startsWith(PREFIX) && typeof value === 'string')
        .map(([name, value]) => ({ area, key: name.slice(PREFIX.length), value: String(value) })),
    ),
  );
  return [...dumps.flat(), { area: 'local', key: 'policy', value: JSON.stringify(await policy()) }];
}

/**
 * What an organisation decides for its readers. Firefox throws where there is none.
 * @returns {Promise<{ catalogues?: unknown }>}
 */
export function policy() {
  return chrome.storage.managed.get(null).catch(() => ({}));
}

/**
 * Writes each area once; of what is said twice under one name the last word counts.
 * The session is only a cache; false when something meant for the disk was lost.
 * @param {Effect[]} effects
 */
async function keepAll(effects) {
  /** @type {Record<Area, Map<string, string | undefined>>} */
  const areas = { session: new Map(), local: new Map() };
  for (const effect of effects) {
    if (effect.type === 'keep') areas[effect.area].set(PREFIX + effect.key, effect.value);
    else if (effect.type === 'forget') areas[effect.area].set(PREFIX + effect.key, undefined);
  }
  await write('session', areas.session);
  return write('local', areas.local);
}

/**
 * @param {Area} area
 * @param {Map<string, string | undefined>} news
 */
async function write(area, news) {
  const kept = [...news].filter(([, value]) => value !== undefined);
  const gone = [...news].flatMap(([name, value]) => (value === undefined ? name : []));
  // First what makes room.
  const removed = !gone.length || (await attempt(`could not forget ${gone} (${area})`, chrome.storage[area].remove(gone)));
  const stored = !kept.length || (await set(area, kept));
  return removed && stored;
}

/**
 * @param {Area} area
 * @param {[string, string | undefined][]} entries
 * @returns {Promise<boolean>}
 */
async function set(area, entries) {
  const names = entries.map(([name]) => name);
  if (await attempt(`could not keep ${names} (${area})`, chrome.storage[area].set(Object.fromEntries(entries)))) return true;
  if (entries.length === 1) return false;
  // One that does not fit shall not take the others with it.
  let all = true;
  for (const entry of entries) all = (await set(area, [entry])) && all;
  return all;
}

/**
 * @param {string} otherwise what is said when it fails
 * @param {Promise<void>} done
 */
async function attempt(otherwise, done) {
  try {
    await done;
    return true;
  } catch (error) {
    console.error(`Sayso: ${otherwise}:`, error);
    return false;
  }
}

/**
 * @param {Of<'fetch'>} effect
 * @param {Tell} tell
 */
async function fetchText({ job, url, headers, wait_ms, max_bytes, timeout_ms }, tell) {
  if (wait_ms) await new Promise((resolve) => setTimeout(resolve, wait_ms));
  try {
    const { delivery, bytes } = await get(url, {
      headers: headers.map(({ name, value }) => [name, value]),
      maxBytes: max_bytes,
      timeoutMs: timeout_ms,
      private: job.private,
      whole: false,
      leadsInside: leads_inside,
    });
    await tell({
      type: 'fetched',
      job,
      // What lies beyond the ceiling is cut: RFC 9309 (2.5) has a robots.txt read so far, and JSON that is cut is refused.
      response: {
        status: delivery.status,
        headers: delivery.headers,
        body: job.purpose.purpose === 'miniature' ? addressed(kindOf(delivery), bytes) : new TextDecoder().decode(bytes),
        at: delivery.fetched_at,
      },
    });
  } catch (error) {
    if (!(error instanceof Unhad)) throw error;
    await tell({ type: 'fetch-failed', job, failure: error.failure });
  }
}

/** What a server says that it has sent. @param {Delivery} delivery */
function kindOf({ headers = [] }) {
  return headers.find(({ name }) => name === 'content-type')?.value.replace(/;.*/, '').trim().toLowerCase() ?? '';
}

/**
 * A frame that has gone, or that is being unloaded, has no ear; what it showed went with it.
 * @param {Of<'show'>['to']} to
 * @param {object} message
 */
function toFrame(to, message) {
  chrome.tabs.sendMessage(to.tab, message, { frameId: to.frame }).catch(() => {});
}

// Each message costs the page a layout: the first marks come at once, the next ones together.
const TOGETHER_MS = 300;

/** What frames are still to be shown, and when they may be. @type {Map<string, { works: Of<'show'>['works'], timer: ReturnType<typeof setTimeout> }>} */
const shows = new Map();

/** @param {Of<'show'>['to']} to */
const nameOf = ({ tab, frame }) => `${tab} ${frame}`;

/** @param {Of<'show'>} effect */
function show({ to, works }) {
  const before = shows.get(nameOf(to));
  if (before) before.works.push(...works);
  else shows.set(nameOf(to), { works, timer: setTimeout(showNow, 0, to, true) });
  // Somebody waits for a card.
  if (works.some(({ card }) => card)) showNow(to, true);
}

/** Shows what has been gathered; with `on` what comes next is gathered too. @param {Of<'show'>['to']} to @param {boolean} [on] */
function showNow(to, on) {
  const { works = [], timer } = shows.get(nameOf(to)) ?? {};
  clearTimeout(timer);
  shows.delete(nameOf(to));
  if (!works.length) return;
  toFrame(to, { show: works.map(inWords) });
  if (on) shows.set(nameOf(to), { works: [], timer: setTimeout(showNow, TOGETHER_MS, to, true) });
}

/**
 * The same in the reader's language. A page that asked for messages itself would stand still, before
 * anything of it is shown, until all of them had come over from another process.
 * @param {Of<'show'>['works'][number]} shown
 */
function inWords({ card, ...shown }) {
  return { ...worded(shown), card: card && { ...worded(card), words: standing() } };
}

/** What stands on every card. */
function standing() {
  const message = chrome.i18n.getMessage;
  return { dir: say.direction, lang: say.tongue, close: message('card_close'), opens: message('card_opens'), evidence: message('card_evidence'), copied: message('card_copied') };
}

/** Every phrase of it in words. @param {object} it @returns {object} */
function worded(it) {
  return Object.fromEntries(Object.entries(it).map(([name, value]) => [name, inWord(value)]));
}

/** @param {unknown} it @returns {unknown} */
function inWord(it) {
  if (Array.isArray(it)) return it.map(inWord);
  if (typeof it !== 'object' || it === null) return it;
  return 'key' in it ? say(/** @type {Phrase} */ (it)) : worded(it);
}

/** Another document has come into a frame: what was gathered is not about its works. @param {Of<'show'>['to']} to */
export function forgetShows(to) {
  clearTimeout(shows.get(nameOf(to))?.timer);
  shows.delete(nameOf(to));
}

/** @type {Record<Tone, string>} */
const BADGE = { stop: '#b3261e', care: '#8a5300', go: '#1a6b3c', calm: '#55606e', dim: '#55606e' };

/**
 * The desktop may show none; the list on the options page has it in any case.
 * @param {Of<'notify'>} effect
 */
function notify({ title, text }) {
  const options = /** @type {const} */ ({ type: 'basic', iconUrl: chrome.runtime.getURL('icons/mark-128.png'), title: say(title), message: say(text) });
  void chrome.notifications.create(options);
}

/** @param {Of<'badge'>} effect */
async function badge({ tab: tabId, text, tone, title }) {
  try {
    await Promise.all([
      chrome.action.setBadgeText({ tabId, text }),
      chrome.action.setBadgeBackgroundColor({ tabId, color: BADGE[tone] }),
      chrome.action.setTitle({ tabId, title: say(title) }),
    ]);
  } catch {
    // The tab was closed in the meantime.
  }
}

/** @param {never} effect */
function unreachable(effect) {
  throw new TypeError(`unknown effect ${JSON.stringify(effect)}`);
}
