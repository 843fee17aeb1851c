//! Memory that nobody needs any more goes back to the system.

/// glibc keeps what a thousand first looks needed, scattered between what lives on in the arenas of
/// several threads; asked, it gives back every page that is free (malloc_trim(3)).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library's own call; there is no safe one")]
pub(super) fn give_back() {
    // SAFETY: it may be called at any time, by any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators do so by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn give_back() {}
