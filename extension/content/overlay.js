// @ts-check
// Draws marks and the card. A guest on the page: two plain hosts with closed shadow roots,
// nothing of the page is wrapped, moved or restyled, and every word is set as text.
'use strict';

const overlay = (() => {
  // Inner `!important` wins over the page's, so the page cannot restyle the hosts.
  const SHARED = `
    :host { all: initial !important; display: block !important; position: absolute !important; inset: 0 auto auto 0 !important;
      width: 0 !important; height: 0 !important; z-index: 2147483647 !important; pointer-events: none !important; color-scheme: light dark !important;
      --ink: light-dark(#1b1f24, #e8eaed); --soft: light-dark(#59636e, #a4adb7); --line: light-dark(#d9dee3, #3c434b); --paper: light-dark(#fff, #1f2328); --hover: light-dark(#f3f5f7, #2a2f36);
      --focus: light-dark(#0b57d0, #8ab4f8); --stop: light-dark(#b3261e, #ff8a80); --care: light-dark(#8a5300, #f2b35b); --go: light-dark(#1a6b3c, #7bd79b); --calm: light-dark(#55606e, #b4bcc6); --dim: light-dark(#6b7580, #98a2ad) }
    @media (forced-colors: active) { :host { --ink: CanvasText; --soft: CanvasText; --line: CanvasText; --paper: Canvas; --hover: Canvas;
      --focus: Highlight; --stop: CanvasText; --care: CanvasText; --go: CanvasText; --calm: CanvasText; --dim: CanvasText; } }
    @media print { :host { display: none !important } }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
    * { box-sizing: border-box }
    [data-tone=stop] { --tone: var(--stop) } [data-tone=care] { --tone: var(--care) } [data-tone=go] { --tone: var(--go) }
    [data-tone=calm] { --tone: var(--calm) } [data-tone=dim] { --tone: var(--dim) }
    :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px }
    svg { display: block; width: 14px; height: 14px; fill: currentColor; flex: none }`;
  const MARKS = `
    .mark { position: absolute; left: 0; top: 0; display: none; width: var(--size); height: var(--size); margin: 0; padding: calc(var(--size) / 5); border: 0; border-radius: 50%;
      pointer-events: auto; cursor: pointer; opacity: var(--solid); color: var(--tone); background: var(--paper);
      box-shadow: 0 0 0 1px rgb(0 0 0 / .14), 0 1px 4px rgb(0 0 0 / .35); transition: opacity .12s }
    .mark svg { width: 100%; height: 100% }
    .mark.seen { display: block }
    .mark:hover, .mark:focus-visible, .mark[aria-expanded=true] { opacity: 1 }
    .mark:focus-visible { box-shadow: 0 0 0 3px var(--paper), 0 0 0 6px var(--focus) }
    @media (forced-colors: active) { .mark { outline: 1px solid CanvasText; opacity: 1 } }`;
  const CARD = `
    .card { all: initial; color-scheme: light dark; box-sizing: border-box; position: fixed; inset: auto; margin: 8px; display: none; pointer-events: auto; cursor: auto;
      width: 372px; max-width: calc(100% - 16px); max-height: min(600px, 100% - 16px); overflow: auto; overscroll-behavior: contain;
      scrollbar-width: thin; padding: 16px; border: 1px solid var(--line); border-radius: 12px; color: var(--ink); background: var(--paper);
      font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; text-align: start;
      box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 8px 28px rgb(0 0 0 / .22);
      position-anchor: auto; position-visibility: always; top: max(0px, anchor(top) - 8px); left: anchor(right);
      position-try-fallbacks: --up, --left, --left-up, --inside, --corner } /* Chromium tries five, no more. */
    @position-try --up { top: auto; bottom: 0 }
    @position-try --left { left: auto; right: anchor(left) }
    @position-try --left-up { left: auto; right: anchor(left); top: auto; bottom: 0 }
    @position-try --inside { left: clamp(0px, anchor(left) + 30px, 100% - 388px); top: max(0px, anchor(top)) }
    @position-try --corner { inset: auto 0 0 auto }
    .loose { inset: auto 0 0 auto; position-try-fallbacks: none }
    .card:popover-open { display: block; animation: come .12s ease-out }
    @keyframes come { from { opacity: 0 } }
    [dir=auto] { unicode-bidi: isolate } p[dir=auto] { text-align: -webkit-match-parent; text-align: match-parent }
    header, .line, .value { display: flex; gap: 10px; align-items: flex-start }
    header > svg { width: 20px; height: 20px; margin-top: 1px; color: var(--tone) }
    h2, h3, p { margin: 0; font: inherit }
    h2 { flex: 1; font-size: 16px; line-height: 1.35; font-weight: 650 }
    h3 { display: inline; color: var(--soft); font-size: 12px; font-weight: 600; letter-spacing: .02em }
    .name { margin-inline: 30px; color: var(--soft); font-size: 13px; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden }
    .part, footer { margin-top: 12px; padding-top: 10px; border-top: 1px solid var(--line) }
    summary { display: flex; justify-content: space-between; margin: 0 -8px; border-radius: 6px; cursor: pointer }
    summary:hover, button:hover { background: var(--hover) }
    summary::after { content: ''; flex: none; width: 6px; height: 6px; border: solid var(--soft); border-width: 0 1.5px 1.5px 0; transform: translateY(5px) rotate(45deg) }
    [open] > summary::after { transform: translateY(8px) rotate(225deg) }
    .part > summary { padding: 2px 8px }
    .line { padding: 4px 8px } div.line { margin: 0 -8px; padding-inline-end: 24px }
    img { flex: none; width: 48px; height: 48px; object-fit: contain }
    .label { flex: 1 1 45% }
    .value { flex: 1 1 55%; gap: 6px; color: var(--tone); font-weight: 550 } .value svg { margin-top: 3px }
    .proof { margin: 2px 0 8px; padding: 6px 10px; border-inline-start: 3px solid var(--line); color: var(--soft); font-size: 12px }
    .source { color: var(--ink); font-weight: 550 }
    code { display: block; margin-top: 4px; padding: 4px 6px; max-height: 96px; overflow: auto; border-radius: 4px; background: var(--hover); color: var(--ink);
      font: 12px/1.4 ui-monospace, monospace; white-space: pre-wrap }
    a { color: inherit; text-underline-offset: 2px }
    button { font: inherit; font-weight: 550; color: inherit; background: none; border: 1px solid var(--line); border-radius: 8px; cursor: pointer }
    .action button { width: 100%; margin-top: 4px; padding: 7px 12px }
    .action:has([data-act=copy]) { display: inline-block; margin-inline-end: 6px } [data-act=copy] { width: auto }
    .action p { margin-top: 4px; color: var(--soft); font-size: 12px }
    .close { width: 24px; height: 24px; margin: -3px 0 0; padding: 4px; border: 0; color: var(--soft) }`;

  // What tells tones apart for those who do not see colours: 16 by 16, even-odd.
  /** @type {Record<Tone, string>} */
  const SHAPES = {
    stop: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM4 7h8v2H4Z',
    care: 'M8 1.2 15.4 14.5H.6ZM7.1 5.8v4.4h1.8V5.8Zm0 5.6v1.8h1.8v-1.8Z',
    go: 'M6.4 12.9 1.8 8.3l1.6-1.6 3 3 6.2-6.2 1.6 1.6Z',
    calm: '', // Plain facts, and silence: words are enough.
    dim: 'M2 6.8h2.4v2.4H2Zm4.8 0h2.4v2.4H6.8Zm4.8 0H14v2.4h-2.4Z',
  };
  const CROSS = 'M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4Z';
  /** @type {Record<Mark['look']['size'], number>} */
  const SIZES = { small: 18, medium: 24, large: 36 };
  // Hit tests are dear on long pages: so many a frame, not sooner again than this, and never for more
  // than a hundredth of the time.
  const FRONT = 'dialog:modal, :popover-open';
  const TESTS_A_FRAME = 30;
  const TEST_EVERY_MS = 150;

  /** @type {Map<number, Spot>} */
  const spots = new Map();
  /** The last cards that came. @type {Map<number, Card>} */
  const cards = new Map();
  /** What stands on every card. @type {Card['words']} */
  let words;
  /** The work whose card is open. @type {{ id: number, el: Element, byKey: boolean } | undefined} */
  let open;
  /** The work whose card is wanted and has not come. @type {{ id: number, el: Element, enter: boolean } | undefined} */
  let wanted;
  /** @type {Timer | undefined} */
  let closing;
  /** @type {Timer | undefined} */
  let later;
  /** @type {Timer | undefined} */
  let settling;
  /** @type {Watcher} */
  let watcher;
  let placing = false;
  let tested = 0;
  let pause = TEST_EVERY_MS;
  /** Something may have come to lie over a mark. */
  let doubt = false;
  let unsorted = false;
  /** Dialogs and popovers of the page, what was opened last being the last. @type {Set<Element>} */
  const tops = new Set();

  const layer = host(MARKS);
  layer.host.popover = 'manual';
  const stage = host(CARD);
  const card = make('section', { className: 'card', tabIndex: -1, popover: 'manual', role: 'dialog', ariaModal: 'false' });
  card.setAttribute('aria-labelledby', 'headline');
  card.onpointerenter = keepOpen;
  card.onpointerleave = leave;
  // Where the focus goes is known only afterwards.
  card.addEventListener('focusout', () => setTimeout(() => {
    if (!open || stage.root.activeElement || layer.root.activeElement || !document.hasFocus()) return;
    if (open.byKey) close();
    else if (!card.matches(':hover')) leave();
  }));
  stage.root.append(card);

  addEventListener('keydown', (event) => {
    if (!event.isTrusted || event.key !== 'Escape' || !open) return;
    // While it is open, Escape is ours: a dialog of the page stays as it is.
    event.stopImmediatePropagation();
    event.preventDefault();
    close(true);
  }, true);

  /** Something of the page has opened or closed. @param {Element} it */
  function turn(it) {
    tops.delete(it);
    if (it !== layer.host && it.matches(FRONT)) tops.add(it);
  }

  /** What lies over the whole page, and may make what is outside it inert, or close when that is clicked. */
  function front() {
    return [...tops].findLast((it) => it.matches(FRONT));
  }

  // ---- marks ----

  /** Puts a mark on a work, or changes it. @param {Work} work @param {Mark} mark */
  function put(work, mark) {
    const { id, el } = work;
    // What the page calls decoration has a mark only where it is no icon.
    const least = el.matches('[alt=""], [role=presentation], [role=none], [aria-hidden=true]') ? 96 : 48;
    const spot = spots.get(id) ?? { id, el, work, mark, least, x: 0, y: 0, seen: false };
    spot.mark = mark;
    spots.set(id, spot);
    if (spot.button) dress(spot.button, mark);
    settle();
  }

  /** @param {number} id */
  function remove(id) {
    spots.get(id)?.button?.remove();
    spots.delete(id);
    cards.delete(id);
    if (open?.id === id) close();
  }

  function clear() {
    close();
    [...spots.keys()].forEach(remove);
    layer.host.remove();
    stage.host.remove();
  }

  /** Most marks of a page look the same, and copies are cheap. @type {Map<string, HTMLButtonElement>} */
  const patterns = new Map();

  /** @param {HTMLButtonElement} button @param {Mark} mark */
  function dress(button, { tone, label, shape, look }) {
    button.dataset.tone = tone;
    button.ariaLabel = label;
    button.style.setProperty('--size', `${SIZES[look.size]}px`);
    button.style.setProperty('--solid', `${look.solid}%`);
    button.replaceChildren(drawing(shape));
    return button;
  }

  /** Only what is in view has a button: a page of a thousand pictures stays light. @param {Spot} spot */
  function buttonOf(spot) {
    if (spot.button) return spot.button;
    const key = JSON.stringify(spot.mark);
    const pattern = patterns.get(key) ?? dress(make('button', { className: 'mark', type: 'button', ariaHasPopup: 'dialog' }), spot.mark);
    patterns.set(key, pattern);
    const it = /** @type {HTMLButtonElement} */ (pattern.cloneNode(true));
    it.dataset.work = `${spot.id}`;
    it.onpointerenter = (event) => event.isTrusted && event.pointerType === 'mouse' && watcher.asks(spot.id);
    it.onpointerleave = leave;
    it.onclick = (event) => {
      if (!event.isTrusted) return;
      // A click without a pointer is Enter or Space: the focus goes into the card.
      if (event.detail) watcher.asks(spot.id);
      else enter(spot);
    };
    layer.root.append(it);
    return (spot.button = it);
  }

  /** Asks for one pass before the next frame. */
  function place() {
    if (!placing) requestAnimationFrame(pass);
    placing = true;
  }

  /** Asks for one a little later: while a page is being built, every pass costs it a layout. */
  function settle() {
    settling ??= setTimeout(place, 100);
  }

  /** Asks for one that tests again what is seen. */
  function placeSoon() {
    doubt = true;
    settle();
  }

  /** Reads everything, then writes everything, so that the page is laid out once. */
  function pass() {
    placing = false;
    clearTimeout(settling);
    settling = undefined;
    if (!spots.size) return;
    const top = front();
    attach(layer.host, top ?? document.documentElement);
    // Out of what may cut marks off or scroll for them, and only while there is such a thing.
    if (top) layer.host.showPopover();
    else layer.host.hidePopover();
    const origin = layer.host.getBoundingClientRect();
    const began = performance.now();
    const due = began - tested > pause;
    let tests = 0;
    let again = false;
    const moves = [];
    for (const spot of spots.values()) {
      if (!spot.work.visible && !spot.seen && open?.id !== spot.id) continue;
      const { left, top, right, bottom, width, height } = spot.el.getBoundingClientRect();
      // The controls of a sound need their corner themselves.
      const inset = spot.el.localName === 'audio' ? -8 : 6;
      // A link has no room: its mark stands behind it.
      const link = spot.el.localName === 'a';
      const { size, corner } = spot.mark.look;
      const half = SIZES[size] / 2;
      // Its middle, within what the window shows of the work.
      const [l, t, r, b] = [Math.max(left, 0), Math.max(top, 0), Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
      const ends = corner.endsWith('right');
      const x = link ? right + 2 + half : ends ? r - inset - half : l + inset + half;
      const y = link ? top - 2 + half : corner.startsWith('bottom') ? b - inset - half : t + inset + half;
      let seen = !document.fullscreenElement && x < innerWidth - half && y < innerHeight - half;
      seen &&= link ? width > 0 && y > half : Math.max(width, height) >= spot.least && x > l && x < r && y > t && y < b;
      if (seen && !link) {
        // Something may lie over that corner, or a box may cut it off.
        const at = `${x} ${y}`;
        if ((!spot.at || (due && (doubt || spot.at !== at))) && tests++ < TESTS_A_FRAME) {
          // Beside the mark, which would be hit itself.
          spot.clear = watcher.reaches(spot.el, ends ? x - half - 1 : x + half + 1, y);
          spot.at = at;
          // A page that is still being built may cover it for a moment.
          again ||= !spot.clear && (spot.tries = (spot.tries ?? 0) + 1) < 8;
        }
        seen = !!spot.clear;
      }
      moves.push({ spot, seen, x: x - half - origin.left, y: y - half - origin.top });
      if (open?.id === spot.id && !open.byKey && (bottom < 0 || top > innerHeight)) close();
    }
    if (tests) {
      tested = performance.now();
      pause = Math.min(1_000, Math.max(TEST_EVERY_MS, 100 * (tested - began)));
    }
    const left = tests > TESTS_A_FRAME;
    if (again) doubt = true;
    else if (due && !left) doubt = false;
    let moved = false;
    for (const { spot, seen, x, y } of moves) {
      if (seen === spot.seen && x === spot.x && y === spot.y) continue;
      moved = true;
      Object.assign(spot, { seen, x, y });
      if (!seen && !spot.button) continue;
      const button = buttonOf(spot);
      button.classList.toggle('seen', seen);
      // No transform: each would be a layer's worth of work in every frame.
      button.style.left = `${x}px`;
      button.style.top = `${y}px`;
    }
    unsorted ||= moved;
    if (unsorted && !moved) sort();
    clearTimeout(later);
    // Once more when scrolling has ended or tests are left. Nothing is looked at while nothing happens.
    if (moved || left || doubt) later = setTimeout(place, left ? 0 : pause + 20);
  }

  /** Marks in reading order, for the Tab key; not while one of them has the focus. */
  function sort() {
    if (layer.root.activeElement) return;
    unsorted = false;
    for (const spot of spots.values()) {
      if (spot.seen) continue;
      spot.button?.remove();
      spot.button = undefined;
    }
    let next = layer.root.firstChild;
    for (const { button } of inOrder([...spots.values()].filter(({ button }) => button))) {
      if (button === next) next = next?.nextSibling ?? null;
      else if (button) layer.root.insertBefore(button, next);
    }
  }

  /** Top to bottom, then along the line; what differs by little stands in one line. @template {{ x: number, y: number }} T @param {T[]} places */
  function inOrder(places) {
    const along = getComputedStyle(document.documentElement).direction === 'rtl' ? -1 : 1;
    return places.sort((a, b) => (Math.abs(a.y - b.y) > 12 ? a.y - b.y : (a.x - b.x) * along));
  }

  /** Moves the focus to the next mark in reading order and opens its card. @param {1 | -1} step */
  function walk(step) {
    const order = inOrder([...spots.values()].flatMap((spot) => {
      const { x, y, width } = spot.el.getBoundingClientRect();
      return width ? { spot, x, y } : [];
    }));
    const from = order.findIndex(({ spot: { button, id } }) => (button && layer.root.activeElement === button) || open?.id === id);
    point(order.at(from < 0 && step < 0 ? -1 : (from + step) % order.length)?.spot);
  }

  /** Brings a work into view and opens its card. @param {Spot | undefined} next */
  function point(next) {
    if (!next) return;
    next.el.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    next.seen = true;
    buttonOf(next).classList.add('seen');
    place();
    requestAnimationFrame(() => {
      buttonOf(next).focus({ preventScroll: true });
      watcher.asks(next.id);
    });
  }

  // ---- the card ----

  /** The card of a work is wanted: shows what is known already. @param {number} id @param {Element} el */
  function want(id, el) {
    keepOpen();
    if (open?.id === id) return;
    wanted = { id, el, enter: wanted?.id === id && wanted.enter };
    const known = cards.get(id);
    if (known) tell(id, known);
  }

  /** @param {Spot} spot */
  function enter({ id, el }) {
    if (open?.id === id) {
      open.byKey = true;
      card.focus();
    } else {
      wanted = { id, el, enter: true };
    }
    watcher.asks(id);
  }

  /** A card has come. @param {number} id @param {Card} content */
  function tell(id, content) {
    if (cards.size > 200) cards.clear();
    cards.set(id, content);
    if (open?.id === id) fill(id, content);
    else if (wanted?.id === id) show(wanted, content);
  }

  /** @param {{ id: number, el: Element, enter: boolean }} work @param {Card} content */
  function show({ id, el, enter }, content) {
    close();
    if (!el.isConnected) return;
    fill(id, content);
    // A modal dialog and a fullscreen element make everything outside them inert.
    const full = document.fullscreenElement;
    const inside = full && !/^(IMG|VIDEO|AUDIO|CANVAS|IFRAME)$/.test(full.tagName) ? full : null;
    attach(stage.host, front() ?? inside ?? document.documentElement);
    // The work is the anchor without being touched; what is no HTML element lends its mark.
    const button = spots.get(id)?.button;
    const source = el instanceof HTMLElement && el !== document.body && el.getClientRects().length ? el : button;
    card.classList.toggle('loose', !source);
    card.showPopover(source ? { source } : {});
    card.scrollTop = 0;
    open = { id, el, byKey: enter || (button !== undefined && layer.root.activeElement === button) };
    if (button) button.ariaExpanded = 'true';
    if (enter) card.focus();
  }

  /** @param {boolean} [back] whether the focus returns to the mark */
  function close(back) {
    keepOpen();
    wanted = undefined;
    if (!open) return;
    const button = spots.get(open.id)?.button;
    const inside = stage.root.activeElement;
    open = undefined;
    if (card.matches(':popover-open')) card.hidePopover();
    if (button) button.ariaExpanded = null;
    if (back && inside) button?.focus({ preventScroll: true });
  }

  function keepOpen() {
    clearTimeout(closing);
  }

  /** The pointer has left work and card: closes, unless it comes back. Who came by keyboard stays until Escape. */
  function leave() {
    keepOpen();
    wanted = undefined;
    if (open && !open.byKey && !stage.root.activeElement) closing = setTimeout(close, 250);
  }

  /** Draws the card; what the reader has opened and focused stays so when it is drawn again. @param {number} id @param {Card} content */
  function fill(id, { mark, headline, name, parts, actions, words: its }) {
    words = its;
    const same = card.dataset.work === String(id);
    const unfolded = new Map([...card.querySelectorAll('details')].map((it) => [it.dataset.key, it.open]));
    const focused = stage.root.activeElement?.getAttribute('data-key');
    card.dir = words.dir;
    card.lang = words.lang;
    Object.assign(card.dataset, { work: id, tone: mark.tone });
    const cross = keyed('close', make('button', { className: 'close', type: 'button', ariaLabel: words.close }, drawing(CROSS)));
    cross.onclick = (event) => event.isTrusted && close(true);
    card.replaceChildren(
      make('header', {}, drawing(mark.shape), make('h2', { className: 'headline', id: 'headline' }, headline), cross),
      ...(name ? [make('p', { className: 'name', dir: 'auto', title: name }, name)] : []),
      ...parts.map((part, i) => drawPart(part, `${i}`)),
      ...(actions.length ? [make('footer', {}, ...actions.map((action, i) => drawAction(id, action, `act ${i}`)))] : []),
    );
    if (!same) return;
    for (const it of card.querySelectorAll('details')) it.open = unfolded.get(it.dataset.key) ?? it.open;
    if (focused) /** @type {HTMLElement | null} */ (card.querySelector(`[data-key="${focused}"]`))?.focus();
  }

  /** @param {Part} part @param {string} key */
  function drawPart({ heading, rows, folded }, key) {
    const title = make('h3', {}, heading);
    const lines = rows.map((row, i) => drawRow(row, `${key}-${i}`));
    if (!folded) return make('div', { className: 'part' }, title, ...lines);
    return keyed(key, make('details', { className: 'part' }, keyed(`${key} s`, make('summary', {}, title)), ...lines));
  }

  /** @param {Row} row @param {string} key */
  function drawRow({ label, value, tone, link, picture, evidence }, key) {
    const said = link && /^https?:/i.test(link)
      ? keyed(`${key} a`, make('a', { href: link, target: '_blank', rel: 'noopener noreferrer', title: words.opens }, value))
      : make('span', {}, value);
    const line = [...(picture ? [make('img', { src: picture, alt: '' })] : []), make('span', { className: 'label' }, label), make('span', { className: 'value' }, drawing(SHAPES[tone]), said)];
    const row = evidence.length
      ? keyed(key, make('details', { className: 'row' },
        keyed(`${key} s`, make('summary', { className: 'line', title: words.evidence }, ...line)),
        ...evidence.map(({ source, locator, raw }) => make('div', { className: 'proof' },
          make('p', { className: 'source' }, source),
          make('p', { className: 'locator', dir: 'auto' }, locator),
          ...(raw ? [make('code', { dir: 'auto' }, raw)] : [])))))
      : make('div', { className: 'row' }, make('div', { className: 'line' }, ...line));
    row.dataset.tone = tone;
    return row;
  }

  /** @param {number} id @param {Action} action @param {string} key */
  function drawAction(id, { label, note, act }, key) {
    const it = keyed(key, make('button', { type: 'button' }, label));
    it.dataset.act = act.act;
    it.onclick = (event) => {
      if (!event.isTrusted) return;
      if (act.act !== 'copy') return watcher.acts(id, act);
      copy(act.what);
      it.textContent = words.copied;
    };
    return make('div', { className: 'action' }, it, ...(note ? [make('p', {}, note)] : []));
  }

  /** Without the clipboard's own interface, which an insecure page does not have. @param {string} text */
  function copy(text) {
    addEventListener('copy', (event) => {
      event.stopImmediatePropagation();
      event.preventDefault();
      event.clipboardData?.setData('text/plain', text);
    }, { capture: true, once: true });
    document.execCommand('copy');
  }

  // ---- drawing ----

  /** A host that the page can see and cannot look into. @param {string} css */
  function host(css) {
    const it = document.createElement('div');
    const root = it.attachShadow({ mode: 'closed' });
    // A constructed sheet is not subject to the page's style-src.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHARED + css);
    root.adoptedStyleSheets = [sheet];
    // What is typed and pressed here is no business of the page; our own listeners stand further in.
    for (const type of ['keydown', 'keyup', 'keypress', 'click', 'auxclick', 'pointerdown', 'pointerup', 'mousedown', 'mouseup', 'touchstart', 'touchend', 'focusin', 'focusout']) {
      root.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
    }
    return { host: it, root };
  }

  /** Appended once; again only when the page has thrown it out or a dialog needs it. @param {Element} it @param {Element} parent */
  function attach(it, parent) {
    if (it.parentNode !== parent) parent.append(it);
  }

  /**
   * An element; strings become text, never markup.
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag
   * @param {Partial<HTMLElementTagNameMap[T]>} set
   * @param {(Node | string)[]} children
   */
  function make(tag, set, ...children) {
    const it = Object.assign(document.createElement(tag), set);
    it.append(...children);
    return it;
  }

  /** Finds it again in the next drawing. @template {HTMLElement} T @param {string} key @param {T} it */
  function keyed(key, it) {
    it.dataset.key = key;
    return it;
  }

  /** @param {string} shape a path in a 16 by 16 box */
  function drawing(shape) {
    const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('d', shape);
    path.setAttribute('fill-rule', 'evenodd');
    svg.append(path);
    return svg;
  }

  return {
    put, remove, clear, place, placeSoon, turn, walk, want, tell, leave, close,
    /** @param {number} id */
    point: (id) => point(spots.get(id)),
    /** @param {Watcher} it */
    serve(it) { watcher = it; },
    /** @param {EventTarget | null} node */
    owns: (node) => node === layer.host || node === stage.host,
    /** The work whose card is open or wanted. */
    current: () => open?.id ?? wanted?.id,
  };
})();
