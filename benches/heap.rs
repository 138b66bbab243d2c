//! How much of the heap is in use: the system's allocator, counted.
#![expect(unsafe_code, reason = "an allocator cannot be written without; it hands everything on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counted;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static HEAP: Counted = Counted;

/// What glibc's allocator takes for so many bytes: 8 more, in steps of 16, 32 at least.
fn taken(layout: Layout) -> usize {
    ((layout.size() + 8).next_multiple_of(16)).max(32)
}

/// Exact for one thread, which is what is measured; two at once may lose a step, which is cheaper than their waiting.
fn count(more: usize, less: usize) {
    let held = HELD.load(Relaxed).wrapping_add(more).wrapping_sub(less);
    HELD.store(held, Relaxed);
    if held > PEAK.load(Relaxed) {
        PEAK.store(held, Relaxed);
    }
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(taken(layout), 0);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(0, taken(layout));
        // SAFETY: the caller's.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let grown = Layout::from_size_align(size, layout.align()).unwrap_or(layout);
        count(taken(grown), taken(layout));
        // SAFETY: the caller's.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Bytes in use.
pub fn held() -> usize {
    HELD.load(Relaxed)
}

/// The most bytes that were in use since the program began, or the peak was forgotten.
pub fn peak() -> usize {
    PEAK.load(Relaxed)
}

/// From here on, a new peak.
pub fn forget_peak() {
    PEAK.store(held(), Relaxed);
}
