//! The path of the running program, which starts itself for work that may crash.

/// Returns the running program, also if its file has been replaced since: it starts itself for work that may crash.
pub(super) fn own_program() -> std::io::Result<std::path::PathBuf> {
    let running = std::path::PathBuf::from("/proc/self/exe");
    match running.exists() {
        true => Ok(running),
        false => std::env::current_exe(),
    }
}
