//! Limits the memory that the allocator retains.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::{give_back, keep_together};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the C library's own calls; there are no safe ones"
)]
mod glibc {
    /// The number of arenas: mostly, two threads work in the store and the rounds at one time.
    const ARENAS: i32 = 2;

    /// Limits the arenas before threads start: glibc gives each thread its own, up to eight a core, and a free page
    /// in one of them serves no other (mallopt(3)).
    pub(crate) fn keep_together() {
        // SAFETY: it sets a number inside the C library.
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, ARENAS);
        }
    }

    /// Returns free pages to the system: the first polls of a thousand sources leave them scattered among used ones;
    /// glibc gives them back on request (malloc_trim(3)).
    pub(crate) fn give_back() {
        // SAFETY: it may be called at any time, by any thread.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}

/// Does nothing: other allocators limit themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep_together() {}

/// Does nothing: other allocators give memory back on their own.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
