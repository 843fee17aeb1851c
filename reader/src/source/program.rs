//! The program itself, which is called for what may break.

/// The running program, also where its file has been replaced since: it calls itself for what may break.
pub(super) fn own_program() -> std::io::Result<std::path::PathBuf> {
    let running = std::path::PathBuf::from("/proc/self/exe");
    match running.exists() {
        true => Ok(running),
        false => std::env::current_exe(),
    }
}
