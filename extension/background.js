// @ts-check
// The broker: registers listeners, wakes the engine, routes. It may die between any
// two lines, so it holds nothing that is not also kept (see `effects.js`).
import init, { Engine } from './wasm/engine.js';
import { attend, reaches } from './access.js';
import { following } from './browser.js';
import { capture } from './capture.js';
import { forgetShows, perform, policy, recall } from './effects.js';
/** @import { Command } from './following.worker.js' */
/** @import { DeskAnswer, DeskEvent, Effect, PageEvent, ShellEvent, WorkFacts } from './wasm/engine.js' */

/** A command as our own pages give it. @typedef {Exclude<Command, { type: 'tend' }> | { type: 'tend' }} Asked */

// Listeners stand at the top level: a worker that was woken by an event hears only
// those that are there when its script has run once.
chrome.runtime.onMessage.addListener((message, sender, reply) => {
  const heard = hear(message, sender);
  if (!heard) return false;
  heard.then(reply, (error) => {
    console.error('Sayso:', error);
    reply(undefined);
  });
  return true;
});

chrome.runtime.onInstalled.addListener(async ({ reason }) => {
  await attend();
  if (reason === 'install') await chrome.tabs.create({ url: chrome.runtime.getURL('welcome.html') });
  await enter();
  await attendCatalogues();
});
// The browser may speak another language than when it was last open.
chrome.runtime.onStartup.addListener(enter);

/** Puts the entry into the context menu. */
async function enter() {
  // An update finds the entry of the last version still there.
  await chrome.contextMenus?.removeAll();
  chrome.contextMenus?.create({
    id: 'report',
    title: chrome.i18n.getMessage('menu_report'),
    // Firefox names only the link when a picture lies under one.
    contexts: ['image', 'audio', 'video', 'link', 'page'],
  });
}

// Firefox for Android has neither menus nor commands.
chrome.contextMenus?.onClicked.addListener(async (info, tab) => {
  if (info.menuItemId !== 'report' || tab?.id === undefined) return;
  const frame = info.frameId ?? 0;
  /** @type {{ work?: WorkFacts, place?: Parameters<typeof capture>[2] } | undefined} */
  const picked = await chrome.tabs
    .sendMessage(tab.id, { picked: true }, { frameId: frame })
    .catch(() => undefined); // A page without content scripts can still be reported.
  await capture(tab, frame, picked?.place);
  await shell({
    type: 'picked',
    frame: { tab: tab.id, frame, private: tab.incognito },
    work: picked?.work ?? null,
    media_url: info.srcUrl ?? null,
    page_url: info.frameUrl ?? info.pageUrl ?? tab.url ?? '',
    title: tab.title ?? '',
  });
});

chrome.commands?.onCommand.addListener(async (command, tab) => {
  const step = { 'walk-next': 1, 'walk-previous': -1 }[command];
  const [active] = tab ? [tab] : await chrome.tabs.query({ active: true, lastFocusedWindow: true });
  if (!step || active?.id === undefined) return;
  // To every frame: the one that has the focus takes the step.
  chrome.tabs.sendMessage(active.id, { walk: step }).catch(() => {});
});

// What catalogues publish is looked for now and then, and a download that was broken off goes on.
const TEND = 'following';
const TEND_MINUTES = 6 * 60;

chrome.alarms.onAlarm.addListener(({ name }) => {
  if (name === TEND) void follow({ type: 'tend' });
});

// Firefox forgets alarms when it closes.
chrome.runtime.onStartup.addListener(attendCatalogues);
chrome.storage.onChanged.addListener((_, area) => {
  if (area === 'managed') void attendCatalogues();
});

/** Sets the alarm where the reader follows a catalogue, or an organisation has chosen one for them. */
async function attendCatalogues() {
  const [kept, { catalogues }] = await Promise.all([chrome.storage.local.get('s:following'), policy()]);
  if (catalogues || Object.keys(kept).length) await chrome.alarms.create(TEND, { delayInMinutes: 1, periodInMinutes: TEND_MINUTES });
}

/**
 * @param {Asked} asked
 * @returns {Promise<unknown>}
 */
async function follow(asked) {
  const command = asked.type === 'tend' ? { ...asked, policy: JSON.stringify(await policy()) } : asked;
  const reply = await following(command, shell);
  const soon = command.type === 'follow' || command.type === 'update' || (command.type === 'tend' && /** @type {{ waiting?: boolean } | undefined} */ (reply)?.waiting);
  const known = await chrome.alarms.get(TEND);
  // Soon, while there is something to fetch: this worker may be ended in between.
  if (soon || (known && command.type === 'tend')) {
    await chrome.alarms.create(TEND, { delayInMinutes: soon ? 1 : TEND_MINUTES, periodInMinutes: TEND_MINUTES });
  }
  return reply;
}

chrome.tabs.onRemoved.addListener((tab) => void shell({ type: 'left', tab }));

/**
 * What a message means depends on who sends it; the sender is the browser's word.
 * @param {unknown} message
 * @param {chrome.runtime.MessageSender} sender
 * @returns {Promise<unknown> | undefined}
 */
function hear(message, sender) {
  if (sender.id !== chrome.runtime.id || typeof message !== 'object' || message === null) return;
  if (sender.url?.startsWith(chrome.runtime.getURL(''))) {
    if ('desk' in message) return desk(/** @type {DeskEvent} */ (message.desk));
    if ('follow' in message) return follow(/** @type {Asked} */ (message.follow));
    const room = sender.url === chrome.runtime.getURL('offscreen.html');
    if (room && 'shell' in message) return shell(/** @type {ShellEvent} */ (message.shell));
    return;
  }
  const { tab, frameId } = sender;
  if (!('page' in message) || tab?.id === undefined || frameId === undefined) return;
  const event = /** @type {PageEvent} */ (message.page);
  const from = { tab: tab.id, frame: frameId, private: tab.incognito };
  const seen = event.type === 'acted' && event.act.act === 'report' ? capture(tab, frameId).catch(() => {}) : undefined;
  if (seen) return seen.then(() => tell((engine) => engine.page(from, event, Date.now())));
  return tell((engine) => {
    if (event.type === 'arrived' && event.fresh) forgetShows(from);
    return engine.page(from, event, Date.now());
  });
}

/** @param {DeskEvent} event */
async function desk(event) {
  if (event.type === 'report-asked') await capture(await chrome.tabs.get(event.tab), 0).catch(() => {});
  return tell((engine) => engine.desk(event, Date.now()), true);
}

/** @param {ShellEvent} event */
async function shell(event) {
  // To a script, a host that it may not reach is one that does not answer.
  if (event.type === 'read-failed' && event.failure.failure === 'network' && !(await reaches(event.job.url))) event.failure = { failure: 'no-access' };
  return tell((engine) => engine.shell(event, Date.now()));
}

// Events that are taken in together at most. A page of a thousand pictures brings thousands.
const TOGETHER = 64;

/**
 * An event that waits for its turn; `alone` when it may keep something for good, whose loss it must hear of.
 * @typedef {{ speak: (engine: Engine) => Effect[], alone: boolean, resolve: (answer?: DeskAnswer) => void, reject: (error: unknown) => void }} Waiting
 */

/** @type {Waiting[]} */
const waiting = [];
let busy = false;

/**
 * One event after the other, so that what is kept and what is shown never overtake each other.
 * @param {(engine: Engine) => Effect[]} speak
 * @param {boolean} [alone]
 * @returns {Promise<DeskAnswer | undefined>}
 */
function tell(speak, alone = false) {
  return new Promise((resolve, reject) => {
    waiting.push({ speak, alone, resolve, reject });
    if (!busy) void work();
  });
}

/** What has come while the store was being written takes its turn together: one more write, not hundreds. */
async function work() {
  busy = true;
  while (waiting.length) {
    const most = waiting.findIndex(({ alone }) => alone);
    const turn = waiting.splice(0, most < 0 ? TOGETHER : Math.min(most || 1, TOGETHER));
    /** @type {Effect[]} */
    const effects = [];
    for (const event of turn) {
      try {
        effects.push(...event.speak(await wake()));
      } catch (error) {
        event.reject(error);
        forgetEngine(error);
      }
    }
    try {
      const answer = await perform(effects, shell);
      for (const { resolve } of turn) resolve(answer);
    } catch (error) {
      for (const { reject } of turn) reject(error);
      forgetEngine(error);
    }
  }
  busy = false;
}

/**
 * A wrong message is a plain Error. Anything else is a trap, after which the instance cannot be
 * borrowed again, or a failure to keep what it already believes: the next event wakes one from
 * what was kept.
 * @param {unknown} error
 */
function forgetEngine(error) {
  if (error === null || typeof error !== 'object' || Object.getPrototypeOf(error) !== Error.prototype) waking = undefined;
}

/** @type {Promise<Engine> | undefined} */
let waking;

/** Once per life of the worker; a failure is tried again at the next event. */
function wake() {
  waking ??= (async () => {
    await init({ module_or_path: chrome.runtime.getURL('wasm/engine_bg.wasm') });
    return new Engine(await recall(), Date.now());
  })().catch((error) => {
    waking = undefined;
    throw error;
  });
  return waking;
}
