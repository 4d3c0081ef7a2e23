// @ts-check
// What only the browser can give: a look at a page, at every page, a place beside it.

// In the order in which they run; all are classic scripts.
const SCRIPTS = ['content/overlay.js', 'content/watch.js'];
const EVERYWHERE = { origins: ['<all_urls>'] };

/**
 * Has the browser run them on every page where it lets us. What it lets us may change at any time;
 * the order stands. It outlives the browser, but not an update.
 */
export async function attend() {
  /** @type {chrome.scripting.RegisteredContentScript} */
  const order = {
    id: 'works',
    js: SCRIPTS,
    matches: EVERYWHERE.origins,
    allFrames: true,
    // Frames that a page writes itself have no address of their own.
    matchOriginAsFallback: true,
    runAt: 'document_start',
  };
  const [standing] = await chrome.scripting.getRegisteredContentScripts({ ids: [order.id] });
  if (standing) await chrome.scripting.updateContentScripts([order]);
  else await chrome.scripting.registerContentScripts([order]);
}

/** Whether every site may be looked at. */
export function allowed() {
  return chrome.permissions.contains(EVERYWHERE);
}

/**
 * Whether this address may be read, whoever serves it.
 * @param {string} url
 */
export async function reaches(url) {
  const { protocol, hostname } = new URL(url);
  return !/^https?:$/.test(protocol) || chrome.permissions.contains({ origins: [`${protocol}//${hostname}/*`] });
}

/** Asks the reader, through the browser. Only a click or a key may do so. */
export function allow() {
  return chrome.permissions.request(EVERYWHERE);
}

/**
 * The same for one host, which our own pages ask something.
 * @param {string} address
 */
export function allowHost(address) {
  const { protocol, hostname } = new URL(address);
  return chrome.permissions.request({ origins: [`${protocol}//${hostname}/*`] });
}

/**
 * Looks at a page that was open before we came, or that the reader shows us by a click (`activeTab`).
 * @param {number} tab
 */
export async function lookAt(tab) {
  await chrome.scripting.executeScript({ target: { tabId: tab, allFrames: true }, files: SCRIPTS });
}

/**
 * Opens the list beside the page. Only a click or a key may do so.
 * @param {number} tab
 * @returns {Promise<void>}
 */
export function openPanel(tab) {
  if (chrome.sidePanel) return chrome.sidePanel.open({ tabId: tab });
  // Firefox has a sidebar for each window and no tab to name.
  const { sidebarAction } = /** @type {{ sidebarAction?: { open(): Promise<void> } }} */ (/** @type {unknown} */ (chrome));
  return sidebarAction?.open() ?? Promise.reject(new Error('no place beside the page'));
}
