//! Provides a small mail server that accepts mails for `example.org` after `me` with `PASS-1` has logged in.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A fault of a mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// Accepted, and the connection breaks off before the answer.
    AnswerLost,
    /// Rejected temporarily.
    Greylisted,
    /// Rejected permanently, because of the text.
    Spam,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
}

#[derive(Clone)]
pub(crate) struct Smtp {
    pub(crate) port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    faults: Arc<Mutex<Vec<Fault>>>,
    /// The beginnings of lines, with their answers.
    answers: Arc<Mutex<Vec<(String, String)>>>,
    lines: Arc<Mutex<Vec<String>>>,
    scans: Arc<Mutex<Duration>>,
}

impl Smtp {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = Self {
            port: listener.local_addr().unwrap().port(),
            mails: Arc::default(),
            faults: Arc::default(),
            answers: Arc::default(),
            lines: Arc::default(),
            scans: Arc::default(),
        };
        let served = smtp.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let served = served.clone();
                tokio::spawn(async move { served.serve(stream).await });
            }
        });
        smtp
    }

    /// Adds a fault for one of the next mails.
    pub(crate) fn fault(&self, fault: Fault) {
        self.faults.lock().unwrap().push(fault);
    }

    /// Sets the answer to lines that begin with `line` from now on.
    pub(crate) fn answer(&self, line: &str, answer: &str) {
        let answer = (line.to_owned(), answer.to_owned());
        self.answers.lock().unwrap().push(answer);
    }

    /// Sets the time that it takes over each mail.
    pub(crate) fn scans_for(&self, long: Duration) {
        *self.scans.lock().unwrap() = long;
    }

    /// Answers lines normally again.
    pub(crate) fn is_mended(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// Forgets the accepted mails.
    pub(crate) fn forget(&self) {
        self.mails.lock().unwrap().clear();
    }

    /// Returns all received lines except texts.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Serves a connection; `None` once it has ended.
    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        let (mut mail, mut is_known) = (Mail::default(), false);
        say(&mut stream, "220 mail.example ESMTP").await?;
        loop {
            let line = read(&mut stream).await?;
            self.lines.lock().unwrap().push(line.clone());
            if let Some(answer) = self.answer_to(&line) {
                say(&mut stream, &answer).await?;
                continue;
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250-mail.example\r\n250 AUTH PLAIN".to_owned(),
                "AUTH" => {
                    let given = STANDARD.decode(line.rsplit(' ').next()?).ok()?;
                    is_known = given == b"\0me\0PASS-1";
                    if is_known {
                        "235 welcome"
                    } else {
                        "535 authentication failed"
                    }
                    .to_owned()
                }
                "MAIL" if !is_known => "530 authentication required".to_owned(),
                "MAIL" => "250 ok".to_owned(),
                "RCPT" if line.contains("@example.org>") => {
                    mail.to.push(line["RCPT TO:".len()..].to_owned());
                    "250 ok".to_owned()
                }
                "RCPT" => "550 no such user here".to_owned(),
                "DATA" => {
                    say(&mut stream, "354 go on").await?;
                    mail.text = text(&mut stream).await?;
                    let scans = *self.scans.lock().unwrap();
                    tokio::time::sleep(scans).await;
                    self.take(std::mem::take(&mut mail))?.to_owned()
                }
                "RSET" => {
                    mail = Mail::default();
                    "250 ok".to_owned()
                }
                "QUIT" => "221 bye".to_owned(),
                _ => "502 what?".to_owned(),
            };
            say(&mut stream, &answer).await?;
        }
    }

    fn answer_to(&self, line: &str) -> Option<String> {
        let answers = self.answers.lock().unwrap();
        let mut fitting = answers
            .iter()
            .filter(|(begins, _)| line.starts_with(begins));
        fitting.next().map(|(_, answer)| answer.clone())
    }

    fn take(&self, mail: Mail) -> Option<&'static str> {
        let mut faults = self.faults.lock().unwrap();
        let fault = (!faults.is_empty()).then(|| faults.remove(0));
        match fault {
            Some(Fault::Greylisted) => return Some("451 greylisted, come again"),
            Some(Fault::Spam) => return Some("554 this is spam"),
            Some(Fault::AnswerLost | Fault::None) | None => {}
        }
        self.mails.lock().unwrap().push(mail);
        (fault != Some(Fault::AnswerLost)).then_some("250 taken")
    }
}

async fn text(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    loop {
        match read(stream).await?.as_str() {
            "." => return Some(text),
            line => {
                text += line;
                text.push('\n');
            }
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream
        .write_all(format!("{line}\r\n").as_bytes())
        .await
        .ok()
}
