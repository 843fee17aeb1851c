//! Runs a process of our own program that reads one document and ends.

use std::{process::Stdio, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
    time::timeout,
};

use super::{extract::extract, text::DocumentText};
use crate::source::{program::own_program, reading::ReadError};

/// The subcommand by which the program is called.
pub(crate) const SUBCOMMAND: &str = "read-document";
/// The time limit for a document, from beginning to end.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is accepted.
const LONGEST_ANSWER: u64 = 4 << 20;

/// The lock for one document at a time: it may need some hundred megabytes.
static TURN: Semaphore = Semaphore::const_new(1);

/// The answer of the process on its stdout.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DocumentAnswer {
    Document(DocumentText),
    NoText(String),
    Unreadable(String),
}

/// Returns the answer of the process for a document, as JSON.
#[must_use]
pub fn answer(bytes: &[u8]) -> String {
    let answer = match extract(bytes) {
        Ok(document) => DocumentAnswer::Document(document),
        Err(ReadError::NoText(why)) => DocumentAnswer::NoText(why),
        Err(error) => DocumentAnswer::Unreadable(error.to_string()),
    };
    serde_json::to_string(&answer).unwrap_or_default()
}

pub(super) async fn read(bytes: &Bytes) -> Result<DocumentText, ReadError> {
    let _turn = TURN.acquire().await.expect("it is never closed");
    let said = timeout(PATIENCE, ask(bytes)).await;
    let said = said.map_err(|_| unreadable("it took too long to read"))?;
    let said = said.map_err(|error| unreadable(&error.to_string()))?;
    match serde_json::from_slice(&said) {
        Ok(DocumentAnswer::Document(document)) => Ok(document),
        Ok(DocumentAnswer::NoText(why)) => Err(ReadError::NoText(why)),
        Ok(DocumentAnswer::Unreadable(why)) => Err(unreadable(&why)),
        Err(_) => Err(unreadable("reading it failed, or needed too much memory")),
    }
}

fn unreadable(why: &str) -> ReadError {
    ReadError::Unreadable(why.to_owned())
}

/// Passes the bytes to a process, and returns its output. If it is dropped, the process is ended.
async fn ask(bytes: &Bytes) -> std::io::Result<Vec<u8>> {
    let mut child = Command::new(own_program()?)
        .arg(SUBCOMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let give = async {
        if let Some(mut stdin) = stdin {
            // A process that has already ended reports the reason on its stdout.
            let _ = stdin.write_all(bytes).await;
        }
    };
    let take = async {
        let mut said = Vec::new();
        match stdout {
            Some(stdout) => stdout.take(LONGEST_ANSWER).read_to_end(&mut said).await,
            None => Ok(0),
        }
        .map(|_| said)
    };
    let ((), said) = tokio::join!(give, take);
    child.wait().await?;
    said
}
