// @ts-check
// Draws marks and the card. A guest on the page: two plain hosts with closed shadow roots,
// nothing of the page is wrapped, moved or restyled, and every word is set as text.
'use strict';

/** @typedef {import('../wasm/sayso.js').Card} Card */
/** @typedef {import('../wasm/sayso.js').Mark} Mark */
/** @typedef {import('../wasm/sayso.js').Act} Act */
/** @typedef {import('../wasm/sayso.js').Phrase} Phrase */
/** @typedef {import('../wasm/sayso.js').Tone} Tone */
/** @typedef {{ id: number, el: Element, mark: Mark, button?: HTMLButtonElement, x: number, y: number, seen: boolean }} Spot */
/** @typedef {{ asks: (id: number) => void, acts: (id: number, act: Act) => void, reaches: (el: Element, x: number, y: number) => boolean }} Watcher */

const overlay = (() => {
  const COLOURS = `
    --ink: #1b1f24; --soft: #59636e; --line: #d9dee3; --paper: #fff; --hover: #f3f5f7; --focus: #0b57d0;
    --stop: #b3261e; --care: #8a5300; --go: #1a6b3c; --calm: #55606e; --dim: #6b7580;`;
  const DARK = `
    --ink: #e8eaed; --soft: #a4adb7; --line: #3c434b; --paper: #1f2328; --hover: #2a2f36; --focus: #8ab4f8;
    --stop: #ff8a80; --care: #f2b35b; --go: #7bd79b; --calm: #b4bcc6; --dim: #98a2ad;`;
  // Inner `!important` wins over the page's, so the page cannot restyle the hosts.
  const SHARED = `
    :host { all: initial !important; display: block !important; position: absolute !important;
      inset: 0 auto auto 0 !important; width: 0 !important; height: 0 !important;
      z-index: 2147483647 !important; pointer-events: none !important; ${COLOURS} }
    @media (prefers-color-scheme: dark) { :host { ${DARK} } }
    @media (forced-colors: active) { :host { --ink: CanvasText; --soft: CanvasText; --line: CanvasText; --paper: Canvas;
      --hover: Canvas; --focus: Highlight; --stop: CanvasText; --care: CanvasText; --go: CanvasText; --calm: CanvasText; --dim: CanvasText; } }
    @media print { :host { display: none !important } }
    * { box-sizing: border-box }
    [data-tone=stop] { --tone: var(--stop) } [data-tone=care] { --tone: var(--care) } [data-tone=go] { --tone: var(--go) }
    [data-tone=calm] { --tone: var(--calm) } [data-tone=dim] { --tone: var(--dim) }
    :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px }
    svg { display: block; fill: currentColor; flex: none }`;
  const MARKS = `
    .mark { position: absolute; left: 0; top: 0; width: 24px; height: 24px; margin: 0; padding: 5px; border: 0; border-radius: 50%;
      display: none; pointer-events: auto; cursor: pointer; opacity: .92; color: var(--tone); background: var(--paper); background-clip: padding-box;
      box-shadow: 0 0 0 1px rgb(0 0 0 / .14), 0 1px 4px rgb(0 0 0 / .35); transition: opacity .12s }
    .mark svg { width: 14px; height: 14px }
    .mark[data-tone=calm], .mark[data-tone=dim] { opacity: .72; width: 20px; height: 20px; padding: 4px }
    .mark[data-tone=calm] svg, .mark[data-tone=dim] svg { width: 12px; height: 12px }
    .mark.seen { display: block }
    .mark:hover, .mark:focus-visible, .mark[aria-expanded=true] { opacity: 1 }
    .mark:focus-visible { outline: 3px solid var(--focus); box-shadow: 0 0 0 3px var(--paper), 0 0 0 7px var(--focus) }
    @media (forced-colors: active) { .mark { border: 1px solid CanvasText; padding: 4px; opacity: 1 } }
    @media (prefers-reduced-motion: reduce) { .mark { transition: none } }`;
  const CARD = `
    .card { all: initial; box-sizing: border-box; position: fixed; inset: auto; margin: 0; display: none; pointer-events: auto;
      width: 340px; max-width: calc(100vw - 16px); max-height: min(560px, 100vh - 16px); overflow: auto; overscroll-behavior: contain;
      scrollbar-width: thin; padding: 16px; border: 1px solid var(--line); border-radius: 12px; color: var(--ink); background: var(--paper);
      font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; text-align: start; cursor: auto;
      box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 8px 28px rgb(0 0 0 / .22);
      position-anchor: auto; position-visibility: always;
      top: max(8px, anchor(top)); left: calc(anchor(right) + 8px);
      position-try-fallbacks: --up, --left, --left-up, --below, --above, --inside, --corner }
    @position-try --up { top: auto; bottom: max(8px, anchor(bottom)) }
    @position-try --left { left: auto; right: calc(anchor(left) + 8px) }
    @position-try --left-up { left: auto; right: calc(anchor(left) + 8px); top: auto; bottom: max(8px, anchor(bottom)) }
    @position-try --below { left: max(8px, anchor(left)); top: calc(anchor(bottom) + 8px) }
    @position-try --above { left: max(8px, anchor(left)); top: auto; bottom: calc(anchor(top) + 8px) }
    @position-try --inside { left: max(8px, anchor(left) + 38px); top: max(8px, anchor(top) + 6px) }
    @position-try --corner { inset: auto 8px 8px auto }
    .card.loose { inset: auto 8px 8px auto; position-try-fallbacks: none }
    .card:popover-open { display: block; animation: come .12s ease-out }
    @keyframes come { from { opacity: 0 } }
    @media (prefers-reduced-motion: reduce) { .card:popover-open { animation: none } }
    .card:focus-visible { outline: 2px solid var(--focus) }
    .card [dir=auto] { unicode-bidi: isolate }
    header { display: flex; gap: 10px; align-items: flex-start }
    header > svg { width: 20px; height: 20px; margin-top: 1px; color: var(--tone) }
    h2, h3, p { margin: 0; font: inherit }
    h2 { flex: 1; font-size: 16px; line-height: 1.35; font-weight: 650 }
    .name { margin: 2px 0 0 30px; color: var(--soft); font-size: 13px; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden }
    [dir=rtl] .name { margin: 2px 30px 0 0 }
    h3 { display: inline; color: var(--soft); font-size: 12px; font-weight: 600; letter-spacing: .02em }
    .part { margin-top: 12px; padding-top: 10px; border-top: 1px solid var(--line) }
    .row { margin: 0 -8px; border-radius: 6px }
    summary { cursor: pointer; list-style: none; border-radius: 6px }
    summary::-webkit-details-marker { display: none }
    summary::after { content: ''; flex: none; width: 6px; height: 6px; border: solid var(--soft); border-width: 0 1.5px 1.5px 0;
      transform: translateY(4px) rotate(45deg); transform-origin: center; opacity: .75 }
    [open] > summary::after { transform: translateY(8px) rotate(225deg) }
    .line { display: flex; gap: 10px; padding: 4px 8px; align-items: flex-start }
    details.row > .line:hover { background: var(--hover) }
    div.row > .line { padding-inline-end: 24px }
    .label { flex: 1 1 45%; color: var(--ink) }
    .value { flex: 1 1 55%; display: flex; gap: 6px; color: var(--tone); font-weight: 550 }
    .value svg { width: 14px; height: 14px; margin-top: 3px }
    details.part > summary { display: flex; justify-content: space-between; gap: 8px; margin: -4px -8px; padding: 4px 8px }
    details.part > summary:hover { background: var(--hover) }
    details.part[open] > summary { margin-bottom: 0 }
    .proof { margin: 2px 8px 8px; padding: 8px 10px; border-inline-start: 3px solid var(--line); color: var(--soft); font-size: 12px }
    .proof p + p { margin-top: 2px }
    .proof .source { color: var(--ink); font-weight: 550 }
    code { display: block; margin-top: 4px; padding: 4px 6px; max-height: 96px; overflow: auto; border-radius: 4px; background: var(--hover); color: var(--ink);
      font: 12px/1.4 ui-monospace, monospace; white-space: pre-wrap }
    a { color: inherit; text-underline-offset: 2px }
    footer { display: grid; gap: 8px; margin-top: 14px; padding-top: 14px; border-top: 1px solid var(--line) }
    button { font: inherit; color: inherit }
    footer button { display: block; width: 100%; padding: 7px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); font-weight: 550; cursor: pointer }
    footer button:hover { background: var(--hover) }
    footer p { margin-top: 4px; color: var(--soft); font-size: 12px }
    .close { flex: none; width: 24px; height: 24px; margin: -3px -6px 0 0; padding: 6px; border: 0; border-radius: 6px; background: none; color: var(--soft); cursor: pointer }
    [dir=rtl] .close { margin: -3px 0 0 -6px }
    .close:hover { background: var(--hover); color: var(--ink) }`;

  // What tells tones apart for those who do not see colours; 16 by 16, even-odd.
  /** @type {Record<Tone, string>} */
  const SHAPES = {
    stop: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1ZM4 7h8v2H4Z',
    care: 'M8 1.2 15.4 14.5H.6ZM7.1 5.8v4.4h1.8V5.8Zm0 5.6v1.8h1.8v-1.8Z',
    go: 'M6.4 12.9 1.8 8.3l1.6-1.6 3 3 6.2-6.2 1.6 1.6Z',
    calm: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 1.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8Z',
    dim: 'M2 6.8h2.4v2.4H2Zm4.8 0h2.4v2.4H6.8Zm4.8 0H14v2.4h-2.4Z',
  };
  const CROSS = 'M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4Z';
  const MARGIN = 6;
  // Hit tests cost a quarter of a millisecond each: so many a frame, and not sooner again than this.
  const TESTS_A_FRAME = 30;
  const TEST_EVERY_MS = 150;

  /** @type {Map<number, Spot>} */
  const spots = new Map();
  /** @type {Watcher} */
  let watcher;
  const layer = host(MARKS);
  const stage = host(CARD);
  const card = make('section', { className: 'card', tabIndex: -1 });
  card.popover = 'manual';
  card.setAttribute('role', 'dialog');
  card.setAttribute('aria-modal', 'false');
  card.setAttribute('aria-labelledby', 'headline');
  card.dir = chrome.i18n.getMessage('@@bidi_dir');
  stage.root.append(card);

  /** The work whose card is open. @type {{ id: number, el: Element, byKey: boolean } | undefined} */
  let open;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let closing;

  card.addEventListener('pointerenter', keepOpen);
  card.addEventListener('pointerleave', leave);
  card.addEventListener('focusout', () => {
    // Where focus goes is known only afterwards.
    setTimeout(() => open?.byKey && !stage.root.activeElement && !layer.root.activeElement && document.hasFocus() && close());
  });
  addEventListener('keydown', (event) => {
    if (!event.isTrusted || event.key !== 'Escape' || !open) return;
    // While it is open, Escape is ours: a dialog of the page stays as it is.
    event.stopImmediatePropagation();
    event.preventDefault();
    close(true);
  }, true);

  // ---- marks ----

  /**
   * Puts a mark on a work, or changes it.
   * @param {number} id
   * @param {Element} el
   * @param {Mark} mark
   */
  function put(id, el, mark) {
    let spot = spots.get(id);
    if (!spot) spots.set(id, (spot = { id, el, mark, x: 0, y: 0, seen: false }));
    spot.el = el;
    spot.mark = mark;
    if (spot.button) dress(spot.button, spot);
    place();
  }

  /** @param {number} id */
  function remove(id) {
    spots.get(id)?.button?.remove();
    spots.delete(id);
    if (open?.id === id) close();
  }

  function clear() {
    for (const id of [...spots.keys()]) remove(id);
    close();
    layer.host.remove();
    stage.host.remove();
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Spot} spot
   */
  function dress(button, { id, mark }) {
    const label = say(mark.label);
    button.dataset.work = String(id);
    button.dataset.tone = mark.tone;
    button.setAttribute('aria-label', label);
    button.replaceChildren(drawing(mark.shape));
  }

  /** @param {Spot} spot */
  function button(spot) {
    const it = make('button', { className: 'mark', type: 'button' });
    it.setAttribute('aria-haspopup', 'dialog');
    it.addEventListener('pointerenter', (event) => event.isTrusted && event.pointerType === 'mouse' && watcher.asks(spot.id));
    it.addEventListener('pointerleave', leave);
    it.addEventListener('click', (event) => {
      if (!event.isTrusted) return;
      // A click without a pointer is Enter or Space.
      if (event.detail === 0) enter(spot.id);
      else watcher.asks(spot.id);
    });
    dress(it, spot);
    return it;
  }

  let placing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  let tested = 0;

  /** Asks for one pass before the next frame. */
  function place() {
    if (placing) return;
    placing = true;
    requestAnimationFrame(pass);
  }

  /** Reads everything, then writes everything, so that the page is laid out once. */
  function pass() {
    placing = false;
    if (!spots.size && !open) return;
    const full = document.fullscreenElement !== null;
    attach(layer.host, document.documentElement);
    const origin = layer.host.getBoundingClientRect();
    const now = performance.now();
    const due = now - tested > TEST_EVERY_MS;
    let tests = 0;
    const moves = [];
    for (const spot of spots.values()) {
      const { left, top, right, bottom, width, height } = spot.el.getBoundingClientRect();
      const x = Math.max(left, 0) + MARGIN;
      const y = Math.max(top, 0) + MARGIN;
      let seen = !full && (width >= 48 || height >= 48) && right - x > 24 && bottom - y > 24 && x < innerWidth - 24 && y < innerHeight - 24;
      if (seen && (due || !spot.seen)) {
        // Something else may lie over that corner, or a box may cut it off.
        seen = tests++ < TESTS_A_FRAME ? watcher.reaches(spot.el, x + 10, y + 10) : spot.seen;
      }
      moves.push({ spot, seen, x: x - origin.left, y: y - origin.top });
      if (open?.id === spot.id && !open.byKey && (bottom < 0 || top > innerHeight)) close();
    }
    if (due) tested = now;
    let moved = false;
    for (const { spot, seen, x, y } of moves) {
      if (seen !== spot.seen || x !== spot.x || y !== spot.y) {
        moved = true;
        spot.seen = seen;
        spot.x = x;
        spot.y = y;
        // Only what is in view has a button: a page of a thousand pictures stays light.
        if (seen && !spot.button) layer.root.append((spot.button = button(spot)));
        spot.button?.classList.toggle('seen', seen);
        if (spot.button) spot.button.style.transform = `translate(${x}px, ${y}px)`;
      }
    }
    if (moved) sort();
    clearTimeout(later);
    // Once more when scrolling has ended or tests are left; else now and then, for pages that move by themselves.
    if (spots.size) later = setTimeout(place, moved || tests > TESTS_A_FRAME || !due ? TEST_EVERY_MS + 20 : 1_000);
  }

  /** Marks in reading order, for the Tab key; not while one of them has the focus. */
  function sort() {
    for (const spot of spots.values()) {
      if (!spot.seen && spot.button && layer.root.activeElement !== spot.button) {
        spot.button.remove();
        spot.button = undefined;
      }
    }
    if (layer.root.activeElement) return;
    const wanted = inOrder().flatMap(({ button }) => (button ? [button] : []));
    if (wanted.some((it, i) => layer.root.children[i] !== it)) layer.root.append(...wanted);
  }

  /** Top to bottom, then along the line; pictures whose tops differ by little stand in one line. */
  function inOrder() {
    const along = getComputedStyle(document.documentElement).direction === 'rtl' ? -1 : 1;
    return [...spots.values()].sort((a, b) => (Math.abs(a.y - b.y) > 12 ? a.y - b.y : (a.x - b.x) * along));
  }

  /**
   * Moves the focus to the next mark in reading order and opens its card; true when there was one.
   * @param {1 | -1} step
   */
  function walk(step) {
    const order = inOrder().filter(({ el }) => el.isConnected && el.getClientRects().length);
    const from = order.findIndex(({ button, id }) => (button && layer.root.activeElement === button) || open?.id === id);
    const next = order[from < 0 ? (step > 0 ? 0 : order.length - 1) : (from + step + order.length) % order.length];
    if (!next) return false;
    next.el.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    next.seen = true;
    if (!next.button) layer.root.append((next.button = button(next)));
    next.button.classList.add('seen');
    place();
    requestAnimationFrame(() => {
      next.button?.focus({ preventScroll: true });
      watcher.asks(next.id);
      if (open) open.byKey = true;
    });
    return true;
  }

  // ---- the card ----

  /** The last card of the works that were asked for. @type {Map<number, Card>} */
  const cards = new Map();
  /** The work whose card is wanted and has not come yet. @type {{ id: number, el: Element, enter: boolean } | undefined} */
  let wanted;

  /**
   * The card of a work is wanted: shows what is known already.
   * @param {number} id
   * @param {Element} el
   */
  function want(id, el) {
    keepOpen();
    if (open?.id === id) return;
    wanted = { id, el, enter: wanted?.id === id && wanted.enter };
    const known = cards.get(id);
    if (known) tell(id, known);
  }

  /** From the keyboard: the focus goes into the card. @param {number} id */
  function enter(id) {
    const spot = spots.get(id);
    if (!spot) return;
    if (open?.id !== id) {
      wanted = { id, el: spot.el, enter: true };
    } else {
      open.byKey = true;
      card.focus();
    }
    watcher.asks(id);
  }

  /**
   * A card has come.
   * @param {number} id
   * @param {Card} content
   */
  function tell(id, content) {
    if (cards.size > 200) cards.clear();
    cards.set(id, content);
    if (open?.id === id) {
      fill(id, content);
    } else if (wanted?.id === id) {
      const { el, enter } = wanted;
      wanted = undefined;
      show(id, el, content, enter);
    }
  }

  /**
   * @param {number} id
   * @param {Element} el
   * @param {Card} content
   * @param {boolean} enter
   */
  function show(id, el, content, enter) {
    if (!el.isConnected) return;
    close();
    fill(id, content);
    // A modal dialog and a fullscreen element make everything outside them inert.
    const full = document.fullscreenElement;
    const inside = full && !/^(IMG|VIDEO|AUDIO|CANVAS|IFRAME)$/.test(full.tagName) ? full : null;
    attach(stage.host, el.closest('dialog:modal') ?? inside ?? document.documentElement);
    // The work is the anchor without being touched; what is no HTML element lends its mark.
    const source = el instanceof HTMLElement && el !== document.body && el.getClientRects().length ? el : spots.get(id)?.button;
    card.classList.toggle('loose', !source);
    card.showPopover(source ? { source } : {});
    card.scrollTop = 0;
    const button = spots.get(id)?.button;
    open = { id, el, byKey: enter || (button !== undefined && layer.root.activeElement === button) };
    button?.setAttribute('aria-expanded', 'true');
    if (enter) card.focus();
  }

  /** @param {boolean} [back] whether the focus returns to the mark */
  function close(back) {
    clearTimeout(closing);
    wanted = undefined;
    if (!open) return;
    const button = spots.get(open.id)?.button;
    const inside = stage.root.activeElement !== null;
    open = undefined;
    if (card.matches(':popover-open')) card.hidePopover();
    button?.removeAttribute('aria-expanded');
    if (back && inside) button?.focus({ preventScroll: true });
  }

  function keepOpen() {
    clearTimeout(closing);
  }

  /** The pointer has left work and card: closes, unless it comes back. */
  function leave() {
    clearTimeout(closing);
    wanted = undefined;
    // Who came by keyboard stays until Escape.
    if (open && !open.byKey && !stage.root.activeElement) closing = setTimeout(close, 250);
  }

  /**
   * Draws the card; what the reader has opened and focused stays so when it is drawn again.
   * @param {number} id
   * @param {Card} content
   */
  function fill(id, content) {
    const same = card.dataset.work === String(id);
    const opened = new Map([...card.querySelectorAll('details')].map((it) => [it.dataset.key, it.open]));
    const focused = stage.root.activeElement instanceof HTMLElement ? stage.root.activeElement.dataset.key : undefined;
    card.dataset.work = String(id);
    card.dataset.tone = content.mark.tone;
    const cross = make('button', { className: 'close', type: 'button' }, [drawing(CROSS)]);
    cross.setAttribute('aria-label', chrome.i18n.getMessage('card_close'));
    cross.dataset.key = 'close';
    cross.addEventListener('click', (event) => event.isTrusted && close(true));
    card.replaceChildren(
      make('header', {}, [drawing(content.mark.shape), make('h2', { className: 'headline', id: 'headline' }, [say(content.headline)]), cross]),
      ...(content.name ? [make('p', { className: 'name', dir: 'auto', title: content.name }, [content.name])] : []),
      ...content.parts.map((part, i) => drawPart(part, `${i}`)),
      ...(content.actions.length ? [make('footer', {}, content.actions.map((action, i) => drawAction(id, action, `act ${i}`)))] : []),
    );
    if (!same) return;
    for (const it of card.querySelectorAll('details')) it.open = opened.get(it.dataset.key) ?? it.open;
    if (focused) [...card.querySelectorAll('[data-key]')].forEach((it) => it instanceof HTMLElement && it.dataset.key === focused && it.focus());
  }

  /**
   * @param {import('../wasm/sayso.js').Part} part
   * @param {string} key
   */
  function drawPart({ heading, rows, folded }, key) {
    const title = make('h3', {}, [say(heading)]);
    const lines = rows.map((row, i) => drawRow(row, `${key} ${i}`));
    if (!folded) return make('div', { className: 'part' }, [title, ...lines]);
    return fold('part', key, make('summary', {}, [title]), lines);
  }

  /**
   * @param {import('../wasm/sayso.js').Row} row
   * @param {string} key
   */
  function drawRow({ label, value, tone, link, evidence }, key) {
    const words = link && /^https?:/i.test(link)
      ? make('a', { href: link, target: '_blank', rel: 'noopener noreferrer', title: chrome.i18n.getMessage('card_opens'), dir: 'auto' }, [say(value)])
      : make('span', { dir: 'auto' }, [say(value)]);
    if (words instanceof HTMLAnchorElement) words.dataset.key = `${key} a`;
    const line = [
      make('span', { className: 'label' }, [say(label)]),
      make('span', { className: 'value' }, [drawing(SHAPES[tone]), words]),
    ];
    if (!evidence.length) {
      const row = make('div', { className: 'row' }, [make('div', { className: 'line' }, line)]);
      row.dataset.tone = tone;
      return row;
    }
    const proofs = evidence.map(({ source, locator, raw }) =>
      make('div', { className: 'proof' }, [
        make('p', { className: 'source', dir: 'auto' }, [say(source)]),
        make('p', { className: 'locator', dir: 'auto' }, [locator]),
        ...(raw ? [make('code', { dir: 'auto' }, [raw])] : []),
      ]),
    );
    const summary = make('summary', { className: 'line', title: chrome.i18n.getMessage('card_evidence') }, line);
    const row = fold('row', key, summary, proofs);
    row.dataset.tone = tone;
    return row;
  }

  /**
   * @param {number} id
   * @param {import('../wasm/sayso.js').Action} action
   * @param {string} key
   */
  function drawAction(id, { label, note, act }, key) {
    const it = make('button', { type: 'button' }, [say(label)]);
    it.dataset.act = act.act;
    it.dataset.key = key;
    it.addEventListener('click', (event) => event.isTrusted && watcher.acts(id, act));
    return make('div', { className: 'action' }, note ? [it, make('p', {}, [say(note)])] : [it]);
  }

  /**
   * @param {string} className
   * @param {string} key
   * @param {HTMLElement} summary
   * @param {HTMLElement[]} inner
   */
  function fold(className, key, summary, inner) {
    const it = make('details', { className }, [summary, ...inner]);
    it.dataset.key = key;
    summary.dataset.key = `${key} s`;
    return it;
  }

  // ---- drawing ----

  /**
   * A host that the page can see and cannot look into.
   * @param {string} css
   */
  function host(css) {
    const it = document.createElement('div');
    const root = it.attachShadow({ mode: 'closed' });
    // A constructed sheet is not subject to the page's style-src.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHARED + css);
    root.adoptedStyleSheets = [sheet];
    // What is typed and pressed here is no business of the page; listeners of ours stand further in.
    for (const type of ['keydown', 'keyup', 'keypress', 'click', 'dblclick', 'auxclick', 'pointerdown', 'pointerup', 'mousedown', 'mouseup', 'touchstart', 'touchend', 'wheel', 'focusin', 'focusout', 'beforetoggle', 'toggle']) {
      root.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
    }
    return { host: it, root };
  }

  /**
   * Appended once; again only when the page has thrown it out or a dialog needs it.
   * @param {Element} it
   * @param {Element} parent
   */
  function attach(it, parent) {
    if (it.parentNode !== parent) parent.append(it);
  }

  /**
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag
   * @param {Partial<HTMLElementTagNameMap[T]>} [set]
   * @param {(Node | string)[]} [children] strings become text, never markup
   */
  function make(tag, set = {}, children = []) {
    const it = document.createElement(tag);
    Object.assign(it, set);
    it.append(...children);
    return it;
  }

  /** @param {string} shape a path in a 16 by 16 box */
  function drawing(shape) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', shape);
    path.setAttribute('fill-rule', 'evenodd');
    svg.append(path);
    return svg;
  }

  /**
   * The sentence in the reader's language.
   * @param {Phrase} phrase
   * @returns {string}
   */
  function say({ key, args }) {
    return chrome.i18n.getMessage(key, args?.map((arg) => (typeof arg === 'string' ? arg : say(arg))));
  }

  return {
    put, remove, clear, place, walk, want, tell, leave, close,
    /** @param {Watcher} it */
    serve(it) { watcher = it; },
    /** @param {EventTarget | null} node */
    owns: (node) => node === layer.host || node === stage.host,
    /** The work whose card is open or wanted. */
    current: () => open?.id ?? wanted?.id,
  };
})();
