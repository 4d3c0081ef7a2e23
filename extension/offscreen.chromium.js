// @ts-check
// The reading room in Chromium: a document that nobody sees, because a service worker has no workers of its own.
import { openFollowing } from './following.js';
import { openRoom } from './room.js';
/** @import { ShellEvent } from './wasm/engine.js' */

const room = openRoom(tell);
const following = openFollowing(tell);

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  // Content scripts are heard here too; only the broker speaks of rooms, and it has no tab.
  if (sender.tab || sender.id !== chrome.runtime.id) return false;
  if (message?.following) {
    void following(message.following).then(reply);
    return true;
  }
  if (!message?.room) return false;
  room(message.room);
  reply(true);
  return false;
});

/**
 * The broker may be starting anew, so it is told until it has heard.
 * @param {ShellEvent} event
 */
async function tell(event) {
  for (const pause of [100, 500, 2_000, 0]) {
    try {
      await chrome.runtime.sendMessage({ shell: event });
      return;
    } catch (error) {
      if (!pause) console.error('Sayso: the broker does not hear:', error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
