//! `sayso check`: many sources at a time, answered in the order in which they were given.
//!
//! Both queues are bounded, so a list of any length runs in the same memory.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use sayso_core::line;
use sayso_core::registry::own_works::OwnWork;
use sayso_core::registry::tdmai::Declaration;

use crate::site::{Shelf, Sites};
use crate::source::{self, Checked, Tools};
use crate::table::Published;
use crate::text;
use crate::tongue::Tongue;
use crate::web::{Patience, Web};

/// What the arguments ask for.
#[derive(Default)]
pub struct Orders {
    /// JSON Lines instead of cards.
    pub json: bool,
    /// No network at all.
    pub offline: bool,
    /// Sources at a time.
    pub jobs: Option<usize>,
    /// Own works to compare with.
    pub works: Vec<OwnWork>,
    /// TDM·AI declarations to compare with.
    pub declarations: Vec<Declaration>,
    /// Catalogues to compare with.
    pub published: Vec<Published>,
    /// In which language cards are shown.
    pub tongue: Tongue,
    /// Certificates that are trusted, as PEM.
    pub trust: String,
    /// Lists of sources; `-` is standard input.
    pub lists: Vec<OsString>,
    /// Sources given one by one.
    pub sources: Vec<OsString>,
}

/// Sources that may be finished before an earlier one is, for each worker.
const AHEAD: usize = 32;

/// The longest line of a list; a longer one is no path and no address.
const LINE_BYTES: u64 = 64 << 10;

/// Deep recursion in a decoder must not take the run down.
const STACK_BYTES: usize = 16 << 20;

/// One source, and where its answer goes.
type Job = (OsString, SyncSender<Checked>);

/// Runs the whole command; the exit status, or what was wrong with the orders.
pub fn run(mut orders: Orders) -> Result<u8, String> {
    let lists = open_lists(&orders.lists)?;
    let sources = std::mem::take(&mut orders.sources);
    let jobs = orders
        .jobs
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let tools = Tools {
        works: std::mem::take(&mut orders.works).into_iter().collect(),
        declarations: std::mem::take(&mut orders.declarations),
        published: std::mem::take(&mut orders.published),
        trust: std::mem::take(&mut orders.trust),
        web: (!orders.offline).then(|| Web::new(Patience::default())),
        sites: Sites::default(),
        shelf: Shelf::default(),
    };

    let (work, jobs_in) = sync_channel::<Job>(jobs);
    let (order, answers) = sync_channel::<Receiver<Checked>>(jobs * AHEAD);
    let jobs_in = Mutex::new(jobs_in);
    thread::scope(|scope| {
        for _ in 0..jobs {
            let worker = || while_jobs(&jobs_in, &tools);
            // Without a thread there is nothing to fall back on that would not block.
            if thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, worker).is_err() {
                return Err("no thread could be started".to_string());
            }
        }
        let writer = scope.spawn(|| write_all(answers, orders.json, &orders.tongue));
        let list = sources.into_iter().map(Ok).chain(lists.into_iter().flatten());
        let mut fault = None;
        for source in list {
            match source {
                Ok(source) => {
                    let (answer, later) = sync_channel(1);
                    // Either end is gone only when nobody reads the answers any more.
                    if order.send(later).is_err() || work.send((source, answer)).is_err() {
                        break;
                    }
                }
                Err(e) => {
                    fault = Some(format!("the list cannot be read: {e}"));
                    break;
                }
            }
        }
        drop((work, order));
        let written = writer.join().unwrap_or(Err(io::Error::other("the writer stopped")));
        match (fault, written) {
            (Some(fault), _) => Err(fault),
            (None, Ok(all_read)) => Ok(u8::from(!all_read)),
            // `| head` has seen enough.
            (None, Err(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(1),
            (None, Err(e)) => Err(format!("the answers cannot be written: {e}")),
        }
    })
}

fn while_jobs(jobs: &Mutex<Receiver<Job>>, tools: &Tools) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((source, answer)) = job else { return };
        // The last net under the readers, which are written not to need it.
        let checked = catch_unwind(AssertUnwindSafe(|| source::check(&source, tools)));
        let checked = checked.unwrap_or_else(|_| source::crashed(&source));
        // Nobody waits for it any more when the output was closed.
        let _ = answer.send(checked);
    }
}

/// Writes every answer in order; whether every source could be read.
fn write_all(
    answers: Receiver<Receiver<Checked>>,
    json: bool,
    tongue: &Tongue,
) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let style = text::Style::of_terminal();
    let mut progress = Progress::default();
    let mut all_read = true;
    for answer in answers {
        let Ok(checked) = answer.recv() else {
            return Err(io::Error::other("a worker stopped"));
        };
        all_read &= checked.reading.is_some();
        if json {
            let hits: Vec<_> = checked.hits.iter().collect();
            let known = line::Checked {
                source: &checked.source,
                shown: None,
                reading: checked.reading.as_ref(),
                judgement: &checked.judgement,
                hits: &hits,
                asked: &checked.asked,
                problems: &checked.problems,
            };
            serde_json::to_writer(&mut out, &line::Line::of(&known))?;
            out.write_all(b"\n")?;
        } else {
            out.write_all(text::of(&checked, style, tongue).as_bytes())?;
        }
        out.flush()?;
        progress.step(json);
    }
    progress.end();
    Ok(all_read)
}

/// A count on standard error, where a person looks on and the answers go elsewhere.
#[derive(Default)]
struct Progress {
    done: usize,
    shown: bool,
}

impl Progress {
    fn step(&mut self, json: bool) {
        self.done += 1;
        if json && self.done.is_multiple_of(100) && io::stderr().is_terminal() {
            eprint!("\r{} checked", self.done);
            self.shown = true;
        }
    }

    fn end(&self) {
        if self.shown {
            eprintln!("\r{} checked", self.done);
        }
    }
}

type List = Box<dyn Iterator<Item = io::Result<OsString>>>;

fn open_lists(lists: &[OsString]) -> Result<Vec<List>, String> {
    let open = |list: &OsString| -> Result<List, String> {
        if list == "-" {
            return Ok(Box::new(lines(io::stdin().lock())));
        }
        let file = File::open(list).map_err(|e| format!("{}: {e}", list.display()))?;
        Ok(Box::new(lines(BufReader::new(file))))
    };
    lists.iter().map(open).collect()
}

/// The lines of a list that are not empty. Names need not be UTF-8.
fn lines(mut list: impl BufRead) -> impl Iterator<Item = io::Result<OsString>> {
    std::iter::from_fn(move || {
        loop {
            let mut line = Vec::new();
            match (&mut list).take(LINE_BYTES).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(e) => return Some(Err(e)),
            }
            if line.len() as u64 == LINE_BYTES && !line.ends_with(b"\n") {
                return Some(Err(io::Error::other("a line is too long to be a name")));
            }
            while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
                line.pop();
            }
            if !line.is_empty() {
                return Some(Ok(name(line)));
            }
        }
    })
}

#[cfg(unix)]
fn name(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn name(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
