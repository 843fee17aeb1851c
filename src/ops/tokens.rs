//! Creates, checks and revokes the tokens of programs and the sessions of the desk.

use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::{handle::Store, op::Op};
use crate::{
    bulletin::{FieldFault, InputFault, Secret},
    policy::{
        audit::Actor,
        tokens::{self, Scope, Token},
    },
    store::{Refusal, Result, StoreError, record::hex, refused},
};

/// The most tokens: more would not be kept under review.
const MOST_TOKENS: usize = 200;
/// The most sessions: beyond that, the least recently used one ends.
const MOST_SESSIONS: usize = 100;
const MOST_NAME_CHARS: usize = 100;
const ID_BYTES: usize = 4;
const SECRET_BYTES: usize = 32;

/// A token that is to be created.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub name: String,
    pub scope: Scope,
    pub expires_at: Option<DateTime<Utc>>,
    /// See [`Token::opened_by`].
    pub opened_by: Option<String>,
}

impl Store {
    /// Returns the admin token that all processes on this store accept, if the config has none: that of the first
    /// process. `own` is the one that this process created.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn admin_token(&self, own: &Secret) -> Result<Secret> {
        if !self.engine.is_shared() {
            return Ok(own.clone());
        }
        let own = own.clone();
        self.write(move |op| {
            if let Some(token) = op.tx.admin_token()? {
                return Ok(token);
            }
            op.tx.set_admin_token(&own);
            Ok(own)
        })
        .await
    }

    /// Generates a token that cannot be guessed, for [`Store::create_token`].
    ///
    /// # Errors
    /// Fails if the system has no random numbers.
    pub fn mint() -> Result<Secret> {
        let mut bytes = [0; ID_BYTES + SECRET_BYTES];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.map_err(|_| refused("the system gives no random numbers; try again".to_owned()))?;
        let (id, secret) = bytes.split_at(ID_BYTES);
        Ok(Secret::new(tokens::text(&hex(id), &hex(secret))))
    }

    /// Stores the hash of a token and adds an audit entry in one transaction. A session takes the place of those
    /// that ended.
    ///
    /// # Errors
    /// Fails if a name or an expiry cannot be used, if there are too many tokens, if the token that opens a session
    /// no longer exists, or if a write fails.
    pub async fn create_token(
        &self,
        text: &Secret,
        new: NewToken,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Token> {
        let new = checked(new, now)?;
        let id = tokens::id_of(text.reveal());
        let id =
            id.ok_or_else(|| refused("this is not a token that was created here".to_owned()))?;
        let token = Token {
            id: id.to_owned(),
            name: new.name,
            scope: new.scope,
            hash: *blake3::hash(text.reveal().as_bytes()).as_bytes(),
            created_ms: now.timestamp_millis(),
            last_used_ms: None,
            expires_ms: new.expires_at.map(|at| at.timestamp_millis()),
            opened_by: new.opened_by,
        };
        let by = by.clone();
        self.write(move |op| create(op, token, &by, now)).await
    }

    /// Removes a token and the sessions that it opened, and adds an audit entry in one transaction.
    ///
    /// # Errors
    /// Fails if there is no such token or a write fails.
    pub async fn revoke_token(&self, id: &str, by: &Actor, now: DateTime<Utc>) -> Result<()> {
        let (id, by) = (id.to_owned(), by.clone());
        self.write(move |op| revoke(op, &id, &by, now)).await
    }

    /// Returns all tokens and sessions, oldest first.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        self.ask(|op| op.tx.tokens()).await?
    }

    /// Returns the valid token, or session, for a text. Its use is written, to the minute, if the store takes
    /// writes.
    ///
    /// # Errors
    /// Fails if the store cannot be read or a write fails.
    pub async fn use_token(&self, text: &Secret, now: DateTime<Utc>) -> Result<Option<Token>> {
        let Some(id) = tokens::id_of(text.reveal()).map(str::to_owned) else {
            return Ok(None);
        };
        let text = text.clone();
        let found = self.ask(move |op| op.tx.token(&id)).await??;
        let is_it = |token: &Token| token.is(text.reveal()) && token.is_valid(now);
        let found = found.filter(is_it);
        if let Some(token) = found.as_ref().filter(|token| token.is_use_news(now)) {
            let id = token.id.clone();
            match self.write(move |op| remember_use(op, &id, now)).await {
                // A token opens what may be read even while nothing can be written.
                Err(StoreError::Refused(why)) => {
                    tracing::debug!("the use of a token is not remembered: {why}");
                }
                written => written?,
            }
        }
        Ok(found)
    }
}

fn checked(new: NewToken, now: DateTime<Utc>) -> Result<NewToken> {
    let invalid = |field, kind, what| {
        let fault = FieldFault::new(field, kind, what);
        Err(Refusal::Invalid(fault).into())
    };
    let name = new.name.trim().to_owned();
    let is_line = !name.contains(char::is_control);
    if name.is_empty() || !is_line || name.chars().count() > MOST_NAME_CHARS {
        let kind = match name.is_empty() {
            true => InputFault::Empty,
            false => InputFault::TooLong(MOST_NAME_CHARS),
        };
        let what = "one line of 1 to 100 characters is expected";
        return invalid("name", kind, what);
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return invalid(
            "expires",
            InputFault::Past,
            "a time in the future is expected",
        );
    }
    Ok(NewToken { name, ..new })
}

fn create(op: &mut Op<'_>, mut token: Token, by: &Actor, now: DateTime<Utc>) -> Result<Token> {
    let known = op.tx.tokens()?;
    token.expires_ms = end(&token, &known)?;
    if known.iter().any(|known| known.id == token.id) {
        return Err(refused(
            "a token with this id exists; create another one".to_owned(),
        ));
    }
    let alike = known.into_iter();
    let alike = alike.filter(|known| known.is_session() == token.is_session());
    match token.is_session() {
        true => make_room(op, alike.collect(), now),
        false if alike.count() >= MOST_TOKENS => {
            return Err(Refusal::TooManyTokens(MOST_TOKENS).into());
        }
        false => {}
    }
    op.tx.set_token(&token);
    let action = match token.is_session() {
        true => "sign-in",
        false => "create-token",
    };
    op.log(by, (action, &token.id), &token.name, now);
    Ok(token)
}

/// Returns the end of a new token: a session ends with the token that opened it.
///
/// # Errors
/// Fails if that token was revoked meanwhile.
fn end(token: &Token, known: &[Token]) -> Result<Option<i64>> {
    let opener = token.opened_by.as_ref().filter(|id| !id.is_empty());
    let Some(id) = opener else {
        return Ok(token.expires_ms);
    };
    let opener = known.iter().find(|known| known.id == *id);
    let opener = opener.ok_or_else(|| Refusal::NoToken(id.clone()))?;
    let ends = [token.expires_ms, opener.expires_ms];
    Ok(ends.into_iter().flatten().min())
}

fn make_room(op: &mut Op<'_>, mut sessions: Vec<Token>, now: DateTime<Utc>) {
    sessions.sort_by_key(|session| session.last_used_ms.unwrap_or(session.created_ms));
    let valid = sessions
        .iter()
        .filter(|session| session.is_valid(now))
        .count();
    let mut surplus = (valid + 1).saturating_sub(MOST_SESSIONS);
    for session in &sessions {
        let is_over = !session.is_valid(now);
        if is_over || surplus > 0 {
            surplus -= usize::from(!is_over);
            op.tx.remove_token(&session.id);
        }
    }
}

fn revoke(op: &mut Op<'_>, id: &str, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let token = op
        .tx
        .token(id)?
        .ok_or_else(|| Refusal::NoToken(id.to_owned()))?;
    op.tx.remove_token(id);
    for session in op.tx.tokens()? {
        if session.opened_by.as_deref() == Some(id) {
            op.tx.remove_token(&session.id);
        }
    }
    let action = match token.is_session() {
        true => "sign-out",
        false => "revoke-token",
    };
    op.log(by, (action, id), &token.name, now);
    Ok(())
}

fn remember_use(op: &mut Op<'_>, id: &str, now: DateTime<Utc>) -> Result<()> {
    if let Some(mut token) = op.tx.token(id)? {
        token.last_used_ms = Some(now.timestamp_millis());
        op.tx.set_token(&token);
    }
    Ok(())
}
