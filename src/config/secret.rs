//! Reads secrets: a literal, `env:NAME` or `file:PATH`. No message repeats one.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use encoding_rs::{Encoding, UTF_8};

use super::{
    read::string,
    table::{Read, Value, fault},
};
use crate::bulletin::Secret;

/// A function that returns the value of a variable of the environment.
pub(super) type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The folder of the file, and the environment.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    folder: &'a Path,
    /// The environment; `None` for keys in the store, whose authors must not read the files and variables of this
    /// machine.
    env: Option<&'a Environment<'a>>,
    unreadable: Unreadable,
}

/// The treatment of a secret that this process cannot read: its variable is not set, or its file belongs to another user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is an error.
    Reported,
    /// It is empty. Commands that only list, or ask a running service, need no secret, and often run where none is set.
    LeftEmpty,
}

/// The prefixes of a secret that is stored elsewhere.
pub(super) const ELSEWHERE: [&str; 2] = ["env:", "file:"];

impl<'a> Surroundings<'a> {
    pub(super) fn new(file: &'a Path, env: &'a Environment<'a>) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        let env = Some(env);
        let unreadable = Unreadable::Reported;
        Self {
            folder,
            env,
            unreadable,
        }
    }

    pub(super) fn with(self, unreadable: Unreadable) -> Self {
        Self { unreadable, ..self }
    }

    /// Returns the surroundings of keys in the store: each secret is a literal.
    pub(super) fn of_store() -> Self {
        let folder = Path::new("");
        let (env, unreadable) = (None, Unreadable::Reported);
        Self {
            folder,
            env,
            unreadable,
        }
    }

    pub(super) fn are_of_store(&self) -> bool {
        self.env.is_none()
    }

    /// Resolves a path of the file, which is relative to the folder of the file.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    /// Reads a secret, whether it is a literal, in a variable or in a file.
    pub(super) fn secret(self) -> impl Fn(&Value<'_>) -> Read<Secret> {
        move |value| {
            let written = string(value)?;
            let Some(env) = self.env else {
                return literal(written, value);
            };
            let secret = if let Some(name) = written.strip_prefix("env:") {
                env(name).ok_or_else(|| match name {
                    "" => "`env:` names no variable; expected `env:NAME`".to_owned(),
                    _ => format!(
                        "the variable `{name}` is not set; expected it in the environment (of a service, \
                         in its environment file: `set -a; . FILE` reads that into a shell)"
                    ),
                })
            } else if let Some(path) = written.strip_prefix("file:") {
                read_small(&self.path(path)).map_err(|error| {
                    format!(
                        "`{path}` cannot be read ({error}); expected a file with the secret that the user who runs \
                         noticast can read"
                    )
                })
            } else {
                Ok(written.to_owned())
            };
            let secret = match secret {
                Err(_) if self.unreadable == Unreadable::LeftEmpty => {
                    return Ok(Secret::new(String::new()));
                }
                secret => secret.or_else(|what| fault(value, what))?,
            };
            whole(&secret, value)
        }
    }
}

/// Reads a literal: a secret stored elsewhere would be read from the server's own variables and files.
fn literal(written: &str, value: &Value<'_>) -> Read<Secret> {
    if ELSEWHERE.iter().any(|it| written.trim().starts_with(it)) {
        return fault(
            value,
            "`env:` and `file:` are read in the config file alone; expected the secret itself",
        );
    }
    whole(written, value)
}

fn whole(secret: &str, value: &Value<'_>) -> Read<Secret> {
    // Editors on Windows begin a file with an invisible mark.
    let secret = secret.trim_start_matches('\u{feff}').trim();
    if secret.is_empty() {
        return fault(
            value,
            "this secret is empty; expected a literal, `env:NAME` or `file:PATH`",
        );
    }
    if secret.contains(char::is_whitespace) || secret.contains(char::is_control) {
        return fault(value, "this secret contains white space; expected none");
    }
    Ok(Secret::new(secret.to_owned()))
}

fn read_small(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(64 << 10).read_to_end(&mut bytes)?;
    let marked = Encoding::for_bom(&bytes).map_or(UTF_8, |(encoding, _)| encoding);
    match marked.decode(&bytes) {
        (_, _, true) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is not UTF-8",
        )),
        (text, _, false) => Ok(text.into_owned()),
    }
}
