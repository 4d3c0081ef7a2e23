// Names for the content scripts: classic scripts share one scope and cannot import types by name.
type Act = import('../wasm/engine.js').Act;
type Action = Worded<import('../wasm/engine.js').Action>;
type Arg = import('../wasm/engine.js').Arg;
/** The card in words, and what stands on every card. */
type Card = Worded<import('../wasm/engine.js').Card> & {
  words: { dir: string, lang: string, close: string, opens: string, evidence: string, copied: string },
};
type LinkTag = import('../wasm/engine.js').LinkTag;
type MarkupTag = import('../wasm/engine.js').MarkupTag;
/** Rust fills in what was not chosen, and sends all of it. */
type Mark = Worded<import('../wasm/engine.js').Mark> & { look: Required<import('../wasm/engine.js').MarkStyle> };
type PageEvent = import('../wasm/engine.js').PageEvent;
type PageFacts = import('../wasm/engine.js').PageFacts;
type Part = Worded<import('../wasm/engine.js').Part>;
type Phrase = import('../wasm/engine.js').Phrase;
type Row = Worded<import('../wasm/engine.js').Row>;
type Shown = Omit<import('../wasm/engine.js').Shown, 'mark' | 'card'> & { mark: Mark, card: Card | null };
type Tone = import('../wasm/engine.js').Tone;
type WorkFacts = import('../wasm/engine.js').WorkFacts;
type WorkKind = import('../wasm/engine.js').WorkKind;
/** What the broker sends to pages: words instead of phrases. */
type Worded<T> = T extends Phrase ? string : T extends (infer U)[] ? Worded<U>[] : T extends object ? { [K in keyof T]: Worded<T[K]> } : T;
type Timer = ReturnType<typeof setTimeout>;

/** Words for a phrase, and the language they are in: that of the messages and its direction. `locale` writes its numbers and days. */
declare var say: ((phrase: Phrase) => string) & { locale: string, tongue: string, direction: 'ltr' | 'rtl' };

/** A work as the watcher knows it. */
interface Work {
  id: number;
  el: Element;
  kind: WorkKind;
  width: number;
  height: number;
  visible: boolean;
  /** It is in or near the viewport and may be about to grow. */
  small?: boolean;
  /** Its size is known. */
  measured: boolean;
  /** What was last said of it; empty when that must be said again. */
  said: string;
  /** It has been answered. */
  shown: boolean;
  /** How often it was said again for want of an answer. */
  tries: number;
  /** The address of a sound that no element plays: it is listed and has no mark. */
  heard?: string;
  /** The reader has looked at it. */
  asked?: boolean;
}

/** A work as the overlay knows it. */
interface Spot {
  id: number;
  el: Element;
  work: Work;
  mark: Mark;
  button?: HTMLButtonElement;
  /** Smaller works have no mark. */
  least: number;
  /** Where its mark stands, from the origin of the layer. */
  x: number;
  y: number;
  /** Its corner can be seen. */
  seen: boolean;
  /** Where in the window it was last tested whether something lies over it. */
  at?: string;
  /** Nothing did. */
  clear?: boolean;
  /** How often something did. */
  tries?: number;
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
