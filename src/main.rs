//! See [`noticast::cli`].

fn main() -> std::process::ExitCode {
    noticast::cli::main()
}
