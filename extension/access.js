// @ts-check
// What only the browser can give: a look at a page, at every page, a place beside it.

// In the order in which they run; both are classic scripts.
const SCRIPTS = ['content/overlay.js', 'content/watch.js'];
const EVERYWHERE = { origins: ['<all_urls>'] };

/** Whether every site may be looked at. */
export function allowed() {
  return chrome.permissions.contains(EVERYWHERE);
}

/** Asks the reader, through the browser. Only a click or a key may do so. */
export function allow() {
  return chrome.permissions.request(EVERYWHERE);
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
