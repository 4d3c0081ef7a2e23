// @ts-check
// The reading room's keeper: gives files to workers, the most wanted first. A file that
// traps, loops or eats memory costs one worker and one answer.
/** @import { Of, Tell } from './effects.js' */
/** @import { Said } from './worker.js' */

/** @import { Reading } from './wasm/reader.js' */

/** A desk of the room. @typedef {{ worker: Worker, task?: Of<'read'>, timer?: ReturnType<typeof setTimeout>, fetched: boolean }} Desk */

// Most of the time is spent waiting for servers, so there are more workers than cores, within reason.
const DESKS = Math.max(3, Math.min(navigator.hardwareConcurrency + 1, 6));
// Wasm memory never shrinks; one large picture is no reason to hold it for ever.
const MEMORY_CEILING = 256 << 20;
// Readings whose codes are taken over when the same bytes come again, from wherever.
const LIBRARY = 256;
// After this much quiet the workers go home and give their memory back.
const QUIET_MS = 60_000;

/**
 * Opens the room; the result takes jobs.
 * @param {Tell} tell where the answers go
 * @returns {(effect: Of<'read'> | Of<'drop'>) => void}
 */
export function openRoom(tell) {
  /** @type {Of<'read'>[]} */
  let waiting = [];
  /** @type {Set<Desk>} */
  const desks = new Set();
  /** What was read last, by content; that of private windows apart. @type {Map<string, Reading>} */
  const library = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;

  return (effect) => {
    const key = keyOf(effect);
    const queued = waiting.find((task) => keyOf(task) === key);
    if (effect.type === 'drop') {
      waiting = waiting.filter((task) => task !== queued);
    } else if (queued) {
      queued.urgency = Math.min(queued.urgency, effect.urgency);
      if (effect.depth === 'exact') queued.depth = effect.depth;
    } else if (![...desks].some(({ task }) => task && keyOf(task) === key && (task.depth === 'exact' || task.depth === effect.depth))) {
      waiting.push(effect);
    }
    seat();
  };

  /** Gives the most wanted files to free desks. */
  function seat() {
    clearTimeout(quiet);
    while (waiting.length) {
      const task = waiting.reduce((best, next) => (next.urgency < best.urgency ? next : best));
      // What the reader rests on does not wait until a silent server has been given up.
      const most = DESKS + (task.urgency === 0 ? 1 : 0);
      const desk = [...desks].find(({ task }) => !task) ?? (desks.size < most ? hire() : undefined);
      if (!desk) return;
      waiting.splice(waiting.indexOf(task), 1);
      desk.task = task;
      desk.fetched = false;
      // The worker gives up a silent server by itself; this is for one that no longer answers.
      watch(desk, task.timeout_ms + 1_000);
      desk.worker.postMessage(task);
    }
    if ([...desks].every(({ task }) => !task)) quiet = setTimeout(() => desks.forEach(dismiss), QUIET_MS);
  }

  function hire() {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    /** @type {Desk} */
    const desk = { worker, fetched: false };
    worker.onmessage = ({ data }) => heard(desk, data);
    worker.onerror = (event) => {
      console.error('Sayso: a reading worker stopped:', event.message);
      heard(desk, { failure: { failure: 'crashed' }, spoilt: true });
    };
    desks.add(desk);
    return desk;
  }

  /** @param {Desk} desk */
  function dismiss(desk) {
    clearTimeout(desk.timer);
    desk.worker.terminate();
    desks.delete(desk);
  }

  /**
   * @param {Desk} desk
   * @param {number} ms
   */
  function watch(desk, ms) {
    clearTimeout(desk.timer);
    desk.timer = setTimeout(() => {
      heard(desk, { failure: { failure: desk.fetched ? 'crashed' : 'silent' }, spoilt: true });
    }, ms);
  }

  /**
   * @param {Desk} desk
   * @param {Said} said
   */
  function heard(desk, said) {
    const { task } = desk;
    if (!desks.has(desk)) return;
    if (task && 'fetched' in said) {
      // From here on it is the file's own fault when nothing comes.
      desk.fetched = true;
      watch(desk, task.timeout_ms);
      desk.worker.postMessage({ known: knownOf(task, said.fetched) });
      return;
    }
    if (task && 'part' in said) {
      void tell({ type: 'read', job: task.job, reading: said.part });
      return;
    }
    clearTimeout(desk.timer);
    desk.task = undefined;
    const spoilt = 'reading' in said ? said.memory > MEMORY_CEILING : 'spoilt' in said && said.spoilt;
    if (spoilt) dismiss(desk);
    if (task && 'reading' in said) {
      remember(task, said.reading);
      void tell({ type: 'read', job: task.job, reading: said.reading });
    }
    if (task && 'failure' in said) void tell({ type: 'read-failed', job: task.job, failure: said.failure });
    seat();
  }

  /**
   * What was read of files of so many bytes; only a worker can see whether it is the same one.
   * @param {Of<'read'>} task
   * @param {number} bytes
   * @returns {Reading[]}
   */
  function knownOf({ job, known }, bytes) {
    const mine = [...library].filter(([name, reading]) => name.startsWith(`${job.private} `) && reading.bytes === bytes);
    const readings = mine.map(([, reading]) => reading);
    if (known?.bytes === bytes) readings.push(known);
    return readings;
  }

  /**
   * @param {Of<'read'>} task
   * @param {Reading} reading
   */
  function remember({ job }, { bytes, media, fingerprint, problems }) {
    if (!fingerprint?.blake3) return;
    const name = `${job.private} ${fingerprint.blake3}`;
    // The last of a map is what was used last. Metadata are read anew, and may be large.
    library.delete(name);
    library.set(name, { bytes, media, fingerprint, problems });
    for (const [oldest] of library) if (library.size > LIBRARY) library.delete(oldest);
  }
}

/** @param {Of<'read'> | Of<'drop'>} effect */
function keyOf({ job }) {
  return `${job.private} ${job.url}`;
}
