// @ts-check
// Turns a phrase into words: the plural form, numbers, days and foreign names as the language of
// the messages wants them. Used by the broker and in our own pages; it knows no sentence by itself.
'use strict';

globalThis.say = (() => {
  const message = chrome.i18n.getMessage;
  // The language of the messages need not be the browser's, which may have none of ours.
  const tongue = message('language_tag');
  const rtl = message('language_direction') === 'rtl';
  const alike = (/** @type {string} */ tag) => tag.split('-')[0] === tongue.split('-')[0];
  // Of that language, the reader's own way to write numbers and days.
  const locale = [chrome.i18n.getUILanguage(), ...navigator.languages].find(alike) ?? tongue;
  // Hebrew to Arabic, their presentation forms, and the planes of older scripts.
  const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\ud802\ud803\ud83a\ud83b]/;
  /** Made when first needed: most pages need none. @type {Intl.PluralRules | undefined} */
  let plural;
  /** @type {Intl.NumberFormat | undefined} */
  let number;

  /**
   * Foreign text keeps its own direction and lends it to nobody (Unicode UAX #9, 6.1).
   * @param {string} text
   */
  function isolated(text) {
    const plain = text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
    return rtl || RTL.test(plain) ? `\u2068${plain}\u2069` : plain;
  }

  /** @param {Arg} arg @returns {string} */
  function filled(arg) {
    if (typeof arg === 'string') return isolated(arg);
    if (typeof arg === 'number') return (number ??= new Intl.NumberFormat(locale)).format(arg);
    if ('day' in arg) return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(arg.day);
    return say(arg);
  }

  /** The sentence in the reader's language. @param {Phrase} phrase @returns {string} */
  function say({ key, args = [] }) {
    const words = args.map(filled);
    const count = args.find((arg) => typeof arg === 'number');
    const form = count !== undefined && message(`${key}_${(plural ??= new Intl.PluralRules(tongue)).select(count)}`, words);
    return form || message(key, words);
  }

  return Object.assign(say, { locale, tongue, direction: rtl ? 'rtl' : 'ltr' });
})();
