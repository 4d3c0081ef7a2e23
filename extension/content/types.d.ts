// Names for the two content scripts: classic scripts share one scope and cannot import types by name.
type Act = import('../wasm/sayso.js').Act;
type Action = import('../wasm/sayso.js').Action;
type Card = import('../wasm/sayso.js').Card;
type LinkTag = import('../wasm/sayso.js').LinkTag;
type MarkupTag = import('../wasm/sayso.js').MarkupTag;
type Mark = import('../wasm/sayso.js').Mark;
type PageEvent = import('../wasm/sayso.js').PageEvent;
type PageFacts = import('../wasm/sayso.js').PageFacts;
type Part = import('../wasm/sayso.js').Part;
type Phrase = import('../wasm/sayso.js').Phrase;
type Row = import('../wasm/sayso.js').Row;
type Shown = import('../wasm/sayso.js').Shown;
type Tone = import('../wasm/sayso.js').Tone;
type WorkFacts = import('../wasm/sayso.js').WorkFacts;
type WorkKind = import('../wasm/sayso.js').WorkKind;
type Timer = ReturnType<typeof setTimeout>;

/** A work as the watcher knows it. */
interface Work {
  id: number;
  el: Element;
  kind: WorkKind;
  width: number;
  height: number;
  visible: boolean;
  /** Its size is known. */
  measured: boolean;
  /** What was last said of it; empty when that must be said again. */
  said: string;
  /** It has been answered. */
  shown: boolean;
  /** How often it was said again for want of an answer. */
  tries: number;
}

/** A work as the overlay knows it. */
interface Spot {
  id: number;
  el: Element;
  mark: Mark;
  button?: HTMLButtonElement;
  /** It is in or near the viewport. */
  near: boolean;
  /** Where its mark stands, from the origin of the layer. */
  x: number;
  y: number;
  /** Its corner can be seen. */
  seen: boolean;
}

/** What the overlay needs of the watcher. */
interface Watcher {
  asks(id: number): void;
  acts(id: number, act: Act): void;
  /** Whether an element is what is seen at a point. */
  reaches(el: Element, x: number, y: number): boolean;
}

/** The anchor of a popover (HTML, 6.12), which the library of types does not know yet. */
interface HTMLElement {
  showPopover(options?: { source?: HTMLElement }): void;
}
