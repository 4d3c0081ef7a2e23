//! What reading one input may cost: memory and time.
//!
//! Memory is counted by the allocator itself, so that a block that is asked for and never touched
//! counts as well. Time is that of the thread. Only one input may be measured at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use cpu_time::ThreadTime;

/// Bytes that one input of at most 10 MiB may take at its height.
pub const BYTES: usize = 64 << 20;

/// Time that one input may take.
pub const TIME: Duration = Duration::from_secs(1);

/// Reads one input with a function and says what it costs; the error says what is too much.
pub fn measured(input: &[u8], read: impl FnOnce(&[u8])) -> Result<Cost, String> {
    let held = HELD.load(Relaxed);
    PEAK.store(held, Relaxed);
    let start = ThreadTime::now();
    read(input);
    let cost = Cost { time: start.elapsed(), bytes: PEAK.load(Relaxed).saturating_sub(held) };
    if cost.bytes > BYTES {
        return Err(format!("{} MiB were taken", cost.bytes >> 20));
    }
    if cost.time > TIME {
        return Err(format!("it took {:.1} s", cost.time.as_secs_f64()));
    }
    Ok(cost)
}

/// What one input cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Time of the thread.
    pub time: Duration,
    /// Bytes at the height, beyond those held before.
    pub bytes: usize,
}

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Every call is handed on as it came; only numbers are kept besides.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HELD.fetch_sub(layout.size(), Relaxed);
        took(size);
        unsafe { System.realloc(at, layout, size) }
    }
}

fn took(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed).saturating_add(bytes);
    PEAK.fetch_max(held, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_though_it_is_given_back() {
        let cost = measured(b"", |_| drop(std::hint::black_box(vec![1_u8; 5 << 20])));
        assert!((5 << 20..6 << 20).contains(&cost.unwrap().bytes));
        let fault = measured(b"", |_| drop(std::hint::black_box(vec![0_u8; 65 << 20])));
        assert_eq!(fault.unwrap_err(), "65 MiB were taken");
    }
}
