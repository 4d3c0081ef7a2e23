// @ts-check
// Finds the works of one document, notices rest and visibility, and says so. It collects
// strings without understanding them: JS carries, Rust reads.
'use strict';


(() => {
  const SELECTOR = 'img, input[type=image], image, video, audio, object[type^="image/"], embed[type^="image/"]';
  // Elements that can carry a shadow root: custom ones, and these (DOM, attachShadow).
  const HOSTS = /-|^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/;
  // Links that are about loading or following, of which a page may have thousands.
  const NOISE = /^(stylesheet|(module)?pre(load|connect|fetch)|dns-prefetch|(.+-)?icon|shortcut|manifest|no(follow|opener|referrer)|external|ugc|sponsored)$/i;
  // The endings of sounds and playlists, for what no element plays.
  const SOUND = /\.(mp3|m4a|m4b|aac|ogg|oga|opus|flac|wav|aiff?|weba|m3u8|mpd)(?=$|[?#])/i;
  const LIST = /\.(m3u8|mpd)(?=$|[?#])/i;
  const REST_MS = 350;
  // Sooner than the browser's own menu for a long press.
  const LONG_MS = 450;
  const UNANSWERED_MS = 8_000;
  const SLICE_MS = 5;
  // Works so near the window, in pixels, count as seen.
  const AROUND = 200;
  const MOST = { batch: 100, meta: 200, links: 300, near: 20, text: 2_000, name: 300, jsonLd: 256 << 10, inline: 64 << 10, markup: 1_000, markupText: 64 << 10, address: 2 << 20, works: 5_000, heard: 20, handed: 3 << 20 };

  /** @type {Map<number, Work>} */
  const works = new Map();
  /** @type {WeakMap<Element, Work[]>} */
  const byElement = new WeakMap();
  /** @type {Set<Work>} */
  const changed = new Set();
  /** @type {Set<number>} */
  const gone = new Set();
  let nextId = 1;
  let started = false;
  let resting = false;

  // ---- speaking ----

  /** @type {Promise<void>} */
  let tail = Promise.resolve();

  /** One message after the other; the broker may be starting anew, so each is tried again. @param {PageEvent} event */
  function speak(event) {
    tail = tail.then(async () => {
      for (const pause of [200, 800, 2_400, 0]) {
        // Without an id the extension was updated or removed, and nobody listens any more.
        if (!chrome.runtime?.id) return stop();
        try {
          return await chrome.runtime.sendMessage({ page: event });
        } catch {
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    });
  }

  /** What the page said about itself when it was last told. */
  let told = '';

  /** Tells about the page, when that has changed, and then about every work anew. @param {boolean} [always] */
  function arrive(always = false) {
    const page = pageFacts();
    // Titles count messages and blink; that alone is no reason to begin again.
    const now = JSON.stringify({ ...page, title: '' });
    if (now === told && !always) return;
    const fresh = told === '';
    told = now;
    speak({ type: 'arrived', page, fresh });
    gone.clear();
    for (const work of works.values()) {
      work.said = '';
      work.shown = false;
      changed.add(work);
    }
    soon();
  }

  /** Works that will be said with the next message. @type {WorkFacts[]} */
  let batch = [];
  let batchSize = 0;
  let sent = 0;
  /** @type {Timer | undefined} */
  let sending;

  /** Says what has changed about a work. @param {Work} work */
  function say(work) {
    changed.delete(work);
    if (!work.el.isConnected) return;
    const said = `${work.heard ?? addressOf(work)} ${isSeen(work)} ${work.width}x${work.height}`;
    const facts = said !== work.said && factsOf(work);
    if (!facts) return;
    work.said = said;
    batch.push(facts);
    batchSize += facts.url.length;
    if (batch.length >= MOST.batch || batchSize > MOST.address) send();
    if (facts.visible && !work.shown) await8();
  }

  function send() {
    clearTimeout(sending);
    sending = undefined;
    if (!started || resting) return;
    if (batch.length) speak({ type: 'seen', works: batch });
    if (gone.size) speak({ type: 'gone', works: [...gone] });
    batch = [];
    batchSize = 0;
    sent = performance.now();
    gone.clear();
  }

  /** @type {Timer | undefined} */
  let unanswered;

  /** A broker that died in the middle has forgotten us: what stays unanswered is said again. */
  function await8() {
    unanswered ??= setTimeout(() => {
      unanswered = undefined;
      for (const work of works.values()) {
        if (!work.visible || !work.said || work.shown || work.tries >= 5) continue;
        work.tries += 1;
        work.said = '';
        changed.add(work);
      }
      if (changed.size) soon();
    }, UNANSWERED_MS);
  }

  /** @param {number} id */
  function ask(id) {
    const work = works.get(id);
    if (!work || resting) return;
    work.asked = true;
    overlay.want(id, work.el);
    if (!work.said) say(work);
    send();
    const facts = factsOf(work);
    if (facts) speak({ type: 'hovered', work: facts });
  }

  overlay.serve({
    asks: ask,
    acts(id, act) {
      const work = works.get(id);
      if (act.act === 'hand' && work) return void hand(work);
      const facts = known(id);
      if (facts) speak({ type: 'acted', work: facts, act });
    },
    reaches,
  });

  /** What can be said of a work now. @param {number | undefined} id */
  function known(id) {
    const work = id === undefined ? undefined : works.get(id);
    return work && factsOf(work);
  }

  chrome.runtime.onMessage.addListener((message, _sender, reply) => {
    if (message.show) show(message.show);
    else if (message.again) wakeUp();
    else if (message.rest) rest();
    else if (message.point) overlay.point(message.point);
    else if (message.picked) {
      const box = works.get(picked ?? 0)?.el.getBoundingClientRect().toJSON();
      reply({ work: known(picked), place: box && { box, across: innerWidth } });
    }
    // The frame that has the focus takes the step; the top one also when the focus is in the browser's own bars.
    else if (message.walk && (window === top || document.hasFocus()) && document.activeElement?.localName !== 'iframe') overlay.walk(message.walk);
    return false;
  });

  /** @param {Shown[]} shown */
  function show(shown) {
    if (resting) return;
    for (const { work: id, mark, awaited, card } of shown) {
      const work = works.get(id);
      if (!work) continue;
      // Until the answer is whole it may still be lost with the worker that has it.
      work.shown = !awaited;
      // Many links lead to sounds; a mark stands only at those that somebody has looked at.
      if (!work.heard && (work.kind !== 'audio' || work.asked || work.el.localName !== 'a')) overlay.put(work, /** @type {Mark} */ (mark));
      if (card) overlay.tell(id, card);
    }
  }

  function rest() {
    resting = true;
    overlay.clear();
  }

  function wakeUp() {
    resting = false;
    arrive(true);
  }

  // ---- finding ----

  /** @param {Element} el @param {WorkKind} kind */
  function track(el, kind) {
    const siblings = byElement.get(el) ?? [];
    let work = siblings.find((it) => it.kind === kind);
    if (!work) {
      if (works.size >= MOST.works) return;
      work = { id: nextId++, el, kind, width: 0, height: 0, visible: false, measured: false, said: '', shown: false, tries: 0 };
      works.set(work.id, work);
      byElement.set(el, [...siblings, work]);
      survey();
    } else if (!works.has(work.id)) {
      // It has come back to the page.
      work.said = '';
      work.shown = false;
      works.set(work.id, work);
      survey();
    }
    return work;
  }

  /** Whether it is a work, or leads to a sound. @param {Element} el */
  function holds(el) {
    return el.matches(SELECTOR) || (el instanceof HTMLAnchorElement && SOUND.test(el.getAttribute('href') ?? ''));
  }

  /** @param {Element} el */
  function find(el) {
    if (el instanceof HTMLAnchorElement) {
      track(el, 'audio');
    } else if (el instanceof HTMLVideoElement) {
      track(el, 'video');
      if (el.poster) track(el, 'poster');
    } else {
      track(el, el instanceof HTMLAudioElement ? 'audio' : 'image');
    }
  }

  /** The address of what is shown now; empty when it is not known yet. @param {Work} work */
  function addressOf({ el, kind }) {
    let url = handed.get(el);
    if (url) return url;
    if (kind === 'background') url = backgroundOf(el, true);
    else if (el instanceof HTMLImageElement) url = el.currentSrc; // Empty while a lazy picture waits.
    else if (el instanceof HTMLVideoElement && kind === 'poster') url = el.poster;
    else if (el instanceof HTMLMediaElement) url = playedBy(el);
    else if (el instanceof HTMLAnchorElement) url = el.href;
    else if (el instanceof HTMLInputElement || el instanceof HTMLEmbedElement) url = el.src;
    else if (el instanceof HTMLObjectElement) url = el.data;
    else if (el instanceof HTMLCanvasElement) url = 'about:canvas';
    else url = drawnBy(el);
    return url.length > MOST.address ? '' : url;
  }

  /** The picture that a drawing holds, here or in the symbol that it repeats. @param {Element | null | undefined} el @returns {string} */
  function drawnBy(el) {
    if (el instanceof SVGUseElement) return drawnBy(document.getElementById(el.href.baseVal.slice(1))?.querySelector('image'));
    return el instanceof SVGImageElement && el.href.baseVal ? absolute(el.href.baseVal) : '';
  }

  /** What a player plays: a stream has no address but that of the playlist it is made of. @param {HTMLMediaElement} el */
  function playedBy(el) {
    // Protected by the page's own word (EME, 6): not asked for, not touched.
    if (el.mediaKeys || protectedOnes.has(el)) return 'about:protected';
    const url = el.currentSrc || el.src || el.querySelector('source')?.src || '';
    if (url && !url.startsWith('blob:')) return url;
    const streams = [...works.values()].filter((it) => it.kind !== 'poster' && it.el instanceof HTMLMediaElement && /^(blob:|$)/.test(it.el.currentSrc));
    const [list] = lists;
    if (list && streams.length === 1 && streams[0]?.el === el) return list;
    return el.srcObject ? 'about:stream' : url;
  }

  /**
   * A link is followed by whoever wants it: what it leads to is had when they point at it. A player
   * that the page draws itself may hide the element that plays.
   * @param {Work} work
   */
  function isSeen({ el, visible, width }) {
    return el.localName !== 'a' && (visible || (el instanceof HTMLAudioElement && !width && !el.paused));
  }

  /** @param {Work} work @returns {WorkFacts | undefined} */
  function factsOf(work) {
    const { id, el, kind, width, height } = work;
    const url = work.heard ?? addressOf(work);
    if (work.heard) return { id, kind, url, width, height, visible: true, name: '', links: [] };
    // Dots and spacers are no works; a sound has no size.
    if (!url || !work.measured || (kind !== 'audio' && width < 32 && height < 32)) return;
    const figure = el.closest('figure');
    const name = [el.getAttribute('alt'), el.getAttribute('aria-label'), el.getAttribute('title'), figure?.querySelector('figcaption')?.textContent, el.localName === 'a' ? el.textContent : '']
      .find((it) => it?.trim()) ?? '';
    const near = [...(figure?.querySelectorAll('a[rel], area[rel], link[rel]') ?? [])];
    const around = el.closest('a[rel]');
    if (around && !near.includes(around)) near.push(around);
    // A document in the body covers the element it stands in, with all that is in it.
    near.push(...scoped.filter((it) => it.parentElement?.contains(el) && !near.includes(it)));
    return {
      id, kind, url, width, height,
      visible: isSeen(work),
      name: name.trim().replace(/\s+/g, ' ').slice(0, MOST.name),
      links: near.flatMap(linkOf).slice(0, MOST.near),
    };
  }

  // ---- sounds without an element ----

  /** Playlists that were loaded, the first of them being what the player was given. @type {Set<string>} */
  const lists = new Set();
  /** Works of addresses that no element plays. @type {Set<string>} */
  const heard = new Set();
  /** What the reader had read of a page's own `blob:`. @type {WeakMap<Element, string>} */
  const handed = new WeakMap();
  /** @type {WeakSet<EventTarget>} */
  const protectedOnes = new WeakSet();

  /** Sounds that were loaded: a player without an element (`new Audio()`, Web Audio) leaves no other trace. @param {PerformanceEntryList} entries */
  function overhear(entries) {
    for (const entry of entries) {
      const { name: url, initiatorType } = /** @type {PerformanceResourceTiming} */ (entry);
      // Of these a page may have thousands.
      if (initiatorType === 'img' || !url.startsWith('http')) continue;
      // What the first playlist leads to is no sound of its own.
      if (LIST.test(url) && lists.add(url).size > 1) continue;
      if ((initiatorType !== 'audio' && !SOUND.test(url)) || /\.(ts|m4s)(?=$|[?#])/i.test(url)) continue;
      if (heard.has(url) || heard.size >= MOST.heard || url.length > MOST.address) continue;
      heard.add(url);
      // A moment later: an element that plays it may still be about to come.
      setTimeout(list, 1_500, url);
      // A stream has an address now.
      if (lists.has(url)) for (const work of works.values()) if (work.el instanceof HTMLMediaElement) changed.add(work);
      soon();
    }
  }

  /** Puts a sound into the list, unless something in the page stands for it. @param {string} url */
  function list(url) {
    const stands = [...works.values()].some((work) => !work.heard && work.kind !== 'poster' && addressOf(work) === url);
    if (stands || works.size >= MOST.works || !document.body) return;
    const work = { id: nextId++, el: document.body, kind: /** @type {const} */ ('audio'), width: 0, height: 0, visible: true, measured: true, said: '', shown: false, tries: 0, heard: url };
    works.set(work.id, work);
    changed.add(work);
    soon();
  }

  /** Reads a page's own file for the reader, who has asked for it. @param {Work} work */
  async function hand(work) {
    const { el } = work;
    try {
      const url = el instanceof HTMLCanvasElement ? el.toDataURL() : el instanceof HTMLMediaElement ? el.currentSrc || el.src : addressOf(work);
      const blob = await (await fetch(url)).blob();
      if (blob.size > MOST.handed) throw new RangeError();
      handed.set(el, await new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.onerror = reject;
        reader.readAsDataURL(blob);
      }));
    } catch (error) {
      // A MediaSource has an address and no bytes.
      handed.set(el, error instanceof RangeError ? 'about:large' : el instanceof HTMLMediaElement ? 'about:stream' : 'about:sealed');
    }
    work.said = '';
    ask(work.id);
  }

  // ---- where works are ----

  /**
   * Where every work is, read when layout is done. Only the document is observed: a thousand observed
   * pictures cost each frame half a millisecond, also while nothing moves. In a frame, what is clipped
   * by the pages around it is not in sight.
   */
  const sight = new IntersectionObserver((entries) => {
    const began = performance.now();
    const { boundingClientRect: page, intersectionRect: seen } = /** @type {IntersectionObserverEntry} */ (entries.at(-1));
    // What the page draws may go on where its root ends.
    const top = seen.top > page.top ? seen.top : -AROUND;
    const bottom = seen.bottom < page.bottom ? seen.bottom : innerHeight + AROUND;
    let moved = false;
    for (const work of works.values()) {
      if (work.heard) continue;
      const { el } = work;
      // What is skipped by `content-visibility` would be laid out for being asked.
      const box = el.checkVisibility({ contentVisibilityAuto: true }) ? el.getBoundingClientRect() : new DOMRect();
      const [width, height] = [Math.round(box.width), Math.round(box.height)];
      const near = box.bottom > top && box.top < bottom && box.right > -AROUND && box.left < innerWidth + AROUND;
      const visible = near && width > 0 && height > 0;
      // What has no size yet may get one.
      const small = near && (width < 32 || height < 32);
      if (small !== work.small) small ? resized.observe(el) : resized.unobserve(el);
      const news = visible !== work.visible || width !== work.width || height !== work.height;
      moved ||= news;
      // Which of its files a picture shows may change by itself.
      if (news || visible || !work.measured) changed.add(work);
      Object.assign(work, { width, height, visible, small, measured: true });
    }
    pause = Math.min(1_000, Math.max(100, 100 * (performance.now() - began)));
    if (moved) overlay.place();
    if (changed.size) soon();
  }, { rootMargin: `${AROUND}px`, threshold: [0, 0.5, 1] });

  const resized = new ResizeObserver((entries) => {
    // The first notice of each tells what is known.
    const fits = entries.every(({ target, borderBoxSize: [box] }) => byElement.get(target)?.every((it) => Math.abs(it.width - box.inlineSize) < 2 && Math.abs(it.height - box.blockSize) < 2));
    if (!fits) survey();
  });

  let pause = 0;
  /** @type {Timer | undefined} */
  let surveying;

  /** Looks where works are, a little later: never for more than a hundredth of the time. */
  function survey() {
    surveying ??= setTimeout(() => {
      surveying = undefined;
      sight.disconnect();
      if (document.documentElement && !resting) sight.observe(document.documentElement);
    }, pause);
  }

  // ---- walking the tree in idle slices ----

  /** @type {Set<Node>} */
  const arrivals = new Set();
  /** @type {TreeWalker | undefined} */
  let walker;
  let idle = false;

  function soon() {
    if (idle) return;
    idle = true;
    requestIdleCallback(slice, { timeout: 250 });
  }

  /** @param {IdleDeadline} deadline */
  function slice(deadline) {
    idle = false;
    const end = performance.now() + Math.max(1, Math.min(SLICE_MS, deadline.timeRemaining()));
    while (step() && performance.now() < end);
    // Few messages with many works, but not late.
    if (batch.length || gone.size) sending ??= setTimeout(send, Math.max(0, 150 - performance.now() + sent));
    if (more()) soon();
  }

  function more() {
    return walker || arrivals.size > 0 || (started && !resting && changed.size > 0);
  }

  /** One element is looked at, or one work is said; false when there is nothing to do. */
  function step() {
    if (walker) {
      const node = walker.nextNode();
      if (node instanceof Element) inspect(node);
      else walker = undefined;
      return true;
    }
    // Some at a time: a set that is begun anew passes by all that has left it.
    let most = 20;
    for (const root of arrivals) {
      arrivals.delete(root);
      if (root.isConnected && !overlay.owns(root)) {
        if (root instanceof Element) inspect(root);
        if (root.hasChildNodes()) walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
      }
      if (walker || !--most) return true;
    }
    if (most < 20) return true;
    if (!started || resting) return false;
    for (const work of changed) {
      say(work);
      if (!--most) return true;
    }
    return false;
  }

  /** Is it a work, has it a shadow root, a background? @param {Element} el */
  function inspect(el) {
    if (overlay.owns(el)) return;
    if (works.size >= MOST.works) return;
    if (holds(el)) find(el);
    const shadow = shadowOf(el);
    if (shadow) look(shadow);
    if (el instanceof HTMLElement && backgroundOf(el)) track(el, 'background');
  }

  /** Works of all roots that are looked into. @type {WeakSet<Node>} */
  const looked = new WeakSet();

  /** Watches a document or a shadow root, and walks it. @param {Document | ShadowRoot} root */
  function look(root) {
    if (looked.has(root)) return;
    looked.add(root);
    root.querySelectorAll('dialog').forEach(overlay.turn);
    mutations.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['src', 'srcset', 'poster', 'href'] });
    // They do not bubble and do not leave a shadow root.
    for (const type of ['load', 'toggle', 'loadedmetadata', 'emptied', 'encrypted', 'play']) {
      root.addEventListener(type, ({ type, target }) => {
        if (type === 'toggle') return overlay.turn(/** @type {Element} */ (target));
        if (type === 'load') {
          // A picture that came late can be hit only now.
          survey();
          return overlay.placeSoon();
        }
        if (!(target instanceof HTMLMediaElement)) return;
        if (type === 'encrypted') protectedOnes.add(target);
        if (type === 'emptied') handed.delete(target);
        again(target);
      }, { capture: true, passive: true });
    }
    arrivals.add(root);
    soon();
  }

  /** Something about it may be another now. @param {Node} node */
  function again(node) {
    arrivals.add(node);
    for (const work of byElement.get(/** @type {Element} */ (node)) ?? []) changed.add(work);
    survey();
    soon();
  }

  const mutations = new MutationObserver((records) => {
    let removed = false;
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (target === document.head) headChanged();
      if (type === 'attributes') again(target.nodeName === 'SOURCE' && target.parentNode ? target.parentNode : target);
      for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) arrivals.add(node);
      removed ||= removedNodes.length > 0;
    }
    if (removed) sweep();
    if (arrivals.size) soon();
    survey();
    overlay.placeSoon();
  });

  /** @type {Timer | undefined} */
  let heading;

  /** A page may say more about itself later; what comes together is told together. */
  function headChanged() {
    clearTimeout(heading);
    heading = setTimeout(() => started && arrive(), 1_000);
  }

  let sweeping = false;

  /** Forgets what has left; later, because pages move elements by taking them out first. */
  function sweep() {
    if (sweeping) return;
    sweeping = true;
    setTimeout(() => {
      sweeping = false;
      for (const work of works.values()) {
        if (work.el.isConnected) continue;
        if (work.heard) heard.delete(work.heard);
        works.delete(work.id);
        changed.delete(work);
        overlay.remove(work.id);
        work.small = false;
        resized.unobserve(work.el);
        if (work.said) gone.add(work.id);
      }
      // A page that changes its address in place has become another one.
      if (started && !told.includes(JSON.stringify(location.href))) arrive();
      soon();
    }, 200);
  }

  /** Open or closed: Chromium and Firefox each have their own door. @param {Element} el @returns {ShadowRoot | null} */
  function shadowOf(el) {
    if (!HOSTS.test(el.localName)) return null;
    if (chrome.dom) return el instanceof HTMLElement ? chrome.dom.openOrClosedShadowRoot(el) : null;
    return 'openOrClosedShadowRoot' in el ? /** @type {ShadowRoot | null} */ (el.openOrClosedShadowRoot) : el.shadowRoot;
  }

  /** The first picture that a style draws, absolute; `all` looks where few pages have one. @param {Element} el @param {boolean} [all] */
  function backgroundOf(el, all) {
    for (const part of all ? ['', '::before', '::after'] : ['']) {
      const { backgroundImage, maskImage, content } = getComputedStyle(el, part);
      const [, url] = /url\("((?:[^"\\]|\\.)*)"\)/.exec(all ? backgroundImage + maskImage + content : backgroundImage) ?? [];
      if (url) return url.replace(/\\(.)/g, '$1');
    }
    return '';
  }

  // ---- the pointer ----

  /** The work under the last context menu. @type {number | undefined} */
  let picked;
  /** The work under the pointer. @type {Work | undefined} */
  let under;
  let x = 0;
  let y = 0;
  let pending = false;
  let placed = 0;
  /** @type {Timer | undefined} */
  let restTimer;

  addEventListener('pointermove', (event) => {
    if (!event.isTrusted || resting || event.pointerType === 'touch') return;
    const moved = Math.hypot(event.clientX - x, event.clientY - y) > 4;
    if (overlay.owns(event.target)) {
      // Marks and card look after themselves.
      clearTimeout(restTimer);
      under = undefined;
      return;
    }
    if (!moved || pending) return;
    x = event.clientX;
    y = event.clientY;
    pending = true;
    requestAnimationFrame(point);
  }, { capture: true, passive: true });

  // A finger that stays where it is asks for the card; one that taps elsewhere has done with it.
  addEventListener('pointerdown', (event) => {
    if (!event.isTrusted || resting || event.pointerType !== 'touch' || overlay.owns(event.target)) return;
    overlay.leave();
    clearTimeout(restTimer);
    restTimer = setTimeout(() => ask(workAt(event.clientX, event.clientY)?.id ?? 0), LONG_MS);
  }, { capture: true, passive: true });
  for (const type of ['pointerup', 'pointercancel', 'touchmove']) {
    addEventListener(type, (event) => event.isTrusted && /** @type {PointerEvent} */ (event).pointerType !== 'mouse' && clearTimeout(restTimer), { capture: true, passive: true });
  }

  // The pointer has left the document, for a frame or for another window.
  document.addEventListener('pointerout', (event) => {
    if (!event.isTrusted || event.relatedTarget || event.pointerType === 'touch') return;
    clearTimeout(restTimer);
    under = undefined;
    overlay.leave();
  }, { capture: true, passive: true });

  addEventListener('contextmenu', (event) => {
    if (!event.isTrusted) return;
    picked = workAt(event.clientX, event.clientY)?.id;
    const work = picked && works.get(picked);
    if (!work || resting) return;
    say(work);
    send();
  }, { capture: true, passive: true });

  function point() {
    pending = false;
    // A page may have moved its works by itself; nobody minds before they look.
    if (performance.now() - placed > 1_000) {
      placed = performance.now();
      survey();
      overlay.placeSoon();
    }
    const work = workAt(x, y);
    clearTimeout(restTimer);
    if (!work) {
      under = undefined;
      overlay.leave();
      return;
    }
    if (work.id === overlay.current()) {
      overlay.want(work.id, work.el);
      under = work;
      return;
    }
    if (work !== under) overlay.leave();
    under = work;
    restTimer = setTimeout(() => ask(work.id), REST_MS);
  }

  /** The work that is seen at a point, tracked from now on. @param {number} x @param {number} y */
  function workAt(x, y) {
    for (const el of stackAt(document, x, y)) {
      if (holds(el)) {
        find(el);
        const [first, second] = byElement.get(el) ?? [];
        return measured(second?.kind === 'poster' && !(el instanceof HTMLVideoElement && el.currentTime > 0) ? second : first);
      }
      // Only for who points at it: most canvases are charts, most symbols are icons.
      if (el instanceof HTMLCanvasElement || (el instanceof SVGUseElement && drawnBy(el))) return measured(track(el, 'image'));
      if (el instanceof HTMLElement && backgroundOf(el, true)) return measured(track(el, 'background'));
      if (opaque(el)) return;
    }
  }

  /** Sizes come from the observer a moment later; the reader does not wait for it. @param {Work | undefined} work */
  function measured(work) {
    if (!work) return;
    if (!work.measured) {
      const { width, height } = work.el.getBoundingClientRect();
      Object.assign(work, { measured: true, visible: true, width: Math.round(width), height: Math.round(height) });
    }
    return factsOf(work) ? work : undefined;
  }

  /** Whether an element is what is seen at a point. @param {Element} wanted @param {number} x @param {number} y */
  function reaches(wanted, x, y) {
    // The one on top is had sooner than all of them.
    if (document.elementFromPoint(x, y) === wanted) return true;
    for (const el of stackAt(document, x, y)) {
      // Firefox hits a picture in SVG only where it is drawn.
      if (el === wanted || (wanted instanceof SVGImageElement && el === wanted.ownerSVGElement)) return true;
      if (opaque(el) || el.matches(SELECTOR)) return false;
    }
    return false;
  }

  /** Everything at a point from the top, shadow roots included. @param {Document | ShadowRoot} root @param {number} x @param {number} y @returns {Generator<Element>} */
  function* stackAt(root, x, y) {
    for (const el of root.elementsFromPoint(x, y)) {
      if (overlay.owns(el)) continue;
      // A shadow root's own list also names what lies around it.
      if (root instanceof ShadowRoot && el.getRootNode() !== root) continue;
      const shadow = shadowOf(el);
      if (shadow) {
        look(shadow);
        yield* stackAt(shadow, x, y);
      }
      yield el;
    }
  }

  /** Whether nothing can be seen through it. @param {Element} el */
  function opaque(el) {
    const { backgroundColor, opacity } = getComputedStyle(el);
    return opacity === '1' && /^rgb\(/.test(backgroundColor);
  }

  // ---- what the page says about itself ----

  const DOCUMENT = ':is(link, script)[type="application/rsl+xml" i]';
  // What microdata and RDFa are written with.
  const MARKUP = '[itemscope], [itemprop], [typeof], [about], [resource], [vocab], [property]:not(meta), a[rel*=":"]';
  const ADDRESSES = 'about resource itemid href src'.split(' ');
  const ATTRIBUTES = [...'itemscope itemtype itemprop vocab typeof property rel content datetime value'.split(' '), ...ADDRESSES];

  /** Documents that hold for a part of the page only. @type {Element[]} */
  let scoped = [];

  /** @returns {PageFacts} */
  function pageFacts() {
    let room = MOST.jsonLd;
    /** @type {Element[]} */
    const whole = [];
    /** @type {Element[]} */
    const part = [];
    for (const el of document.querySelectorAll(DOCUMENT)) (forAll(el) ? whole : part).push(el);
    scoped = part.slice(0, MOST.near);
    return {
      url: location.href,
      title: document.title.slice(0, MOST.name),
      lang: document.documentElement.lang.slice(0, 20),
      meta: [...document.querySelectorAll('meta[name][content], meta[property][content]')].slice(0, MOST.meta).map((el) => ({
        name: (el.getAttribute('name') ?? el.getAttribute('property') ?? '').slice(0, MOST.name),
        content: (el.getAttribute('content') ?? '').slice(0, MOST.text),
      })),
      links: [...whole, ...[...document.querySelectorAll('link[rel], a[rel], area[rel]')].filter((el) => !el.matches(DOCUMENT))].flatMap(linkOf).slice(0, MOST.links),
      // JSON that is cut is no JSON: a block fits or is left out.
      json_ld: [...document.querySelectorAll('script[type="application/ld+json" i]')]
        .map((el) => el.textContent ?? '')
        .filter((text) => (room -= text.length) >= 0),
      markup: markup(),
    };
  }

  /** Whether a document stands where the whole page is meant. @param {Element} el */
  function forAll(el) {
    return ['html', 'head', 'body'].includes(el.parentElement?.localName ?? 'html');
  }

  /** Elements with microdata or RDFa, as a list that names what stands around each. @returns {MarkupTag[]} */
  function markup() {
    const found = [...document.querySelectorAll(MARKUP)].slice(0, MOST.markup);
    const numbers = new Map(found.map((el, index) => [el, index + 1]));
    let room = MOST.markupText;
    /** @type {MarkupTag[]} */
    const tags = [];
    for (const el of found) {
      const around = el.parentElement?.closest(MARKUP);
      const attributes = [];
      for (const name of ATTRIBUTES) {
        const value = el.getAttribute(name);
        if (value === null) continue;
        const content = (ADDRESSES.includes(name) ? absolute(value) : value).slice(0, MOST.name);
        room -= content.length;
        attributes.push({ name, content });
      }
      const told = el.matches('[itemprop], [property]') && !el.matches('[content], [src], [itemscope], [typeof]');
      const text = !told ? '' : (el.textContent ?? '').trim().slice(0, MOST.name);
      room -= text.length;
      // A list that is cut stays true: what stands around an element came before it.
      if (room < 0) break;
      tags.push({ tag: el.localName, within: (around && numbers.get(around)) ?? 0, attributes, text });
    }
    return tags;
  }

  /** @param {Element} el @returns {LinkTag[]} */
  function linkOf(el) {
    if (el.localName === 'script') {
      // A document in the page is its own address.
      const href = `data:application/rsl+xml,${encodeURIComponent((el.textContent ?? '').slice(0, MOST.inline))}`;
      return [{ rel: 'license', href, type: 'application/rsl+xml', about: undefined }];
    }
    const rel = el.getAttribute('rel') ?? '';
    const href = el.getAttribute('href');
    if (!href || !rel.split(/\s+/).some((it) => it && !NOISE.test(it))) return [];
    const subject = el.closest('[about], [resource]');
    const about = subject?.getAttribute('about') ?? subject?.getAttribute('resource');
    return [{
      rel: rel.slice(0, MOST.name),
      href: absolute(href).slice(0, MOST.text),
      type: el.getAttribute('type') ?? undefined,
      about: about ? absolute(about).slice(0, MOST.text) : undefined,
    }];
  }

  /** @param {string} href */
  function absolute(href) {
    return URL.parse(href, document.baseURI)?.href ?? '';
  }

  // ---- beginning and end ----

  /** @type {PerformanceObserver | undefined} */
  let overhearing;

  /** Once the page is there: each file would cost it a little, and the first ones are remembered. */
  function listen() {
    if (overhearing) return;
    overhearing = new PerformanceObserver((found) => overhear(found.getEntries()));
    overhearing.observe({ type: 'resource', buffered: true });
  }

  /** Everything has been read far enough to speak. */
  function start() {
    started = true;
    look(document);
    resized.observe(document.documentElement);
    arrive();
    if (document.readyState === 'complete') listen();
    // Custom elements that were defined meanwhile have shadow roots now, and styles are there.
    arrivals.add(document);
    soon();
  }

  function stop() {
    resting = true;
    mutations.disconnect();
    overhearing?.disconnect();
    sight.disconnect();
    resized.disconnect();
    overlay.clear();
  }

  for (const type of ['pointerup', 'keyup', 'toggle']) addEventListener(type, () => (survey(), overlay.placeSoon()), { capture: true, passive: true });
  for (const type of ['scroll', 'resize', 'fullscreenchange', 'transitionend', 'animationend']) addEventListener(type, () => (survey(), overlay.place()), { capture: true, passive: true });
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    // Back from the history: the engine has long forgotten this document.
    told = '';
    arrive();
  });
  addEventListener('pagehide', () => {
    overlay.close();
    // Nobody else says that a frame has gone.
    if (window !== top && started && works.size) speak({ type: 'gone', works: [...works.keys()] });
  });
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', start, { once: true });
    // A page that never ends loading is not waited for.
    setTimeout(() => started || start(), 3_000);
    setTimeout(listen, 5_000);
  } else {
    start();
  }
  if (document.readyState !== 'complete') addEventListener('load', () => setTimeout(start, 500), { once: true });
})();
