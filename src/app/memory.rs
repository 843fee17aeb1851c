//! How much memory the allocator keeps.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::{give_back, keep_together};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the C library's own calls; there are no safe ones"
)]
mod glibc {
    /// Two threads work in the store and the rounds at one time, mostly.
    const ARENAS: i32 = 2;

    /// Before threads start: glibc gives each an arena of its own, up to eight a core, and a page
    /// that is free in one of them serves no other (mallopt(3)).
    pub(crate) fn keep_together() {
        // SAFETY: it sets a number inside the C library.
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, ARENAS);
        }
    }

    /// The first polls of a thousand sources leave free pages scattered among those in use; glibc gives them back when
    /// asked (malloc_trim(3)).
    pub(crate) fn give_back() {
        // SAFETY: it may be called at any time, by any thread.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep_together() {}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
