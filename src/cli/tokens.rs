//! Implements `tokens`: lists, creates and revokes the tokens of programs.

use chrono::{DateTime, Utc};

use super::{
    exit::{Exit, UsageError},
    lists, out,
    reach::{Purpose, Reach},
    session::Session,
    table::Table,
};
use crate::{
    ops::{NewToken, Scope, end_after},
    view::{Filters, Stamp, Token},
};

/// List, create or revoke API tokens
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast tokens
  noticast tokens --create website --scope publish --expires 90d
  noticast tokens --revoke 1f0a9c3e")]
pub(super) struct Args {
    /// Create a token for this program; it is printed once, and only its hash is kept
    #[arg(
        long,
        value_name = "NAME",
        requires = "scope",
        conflicts_with = "revoke"
    )]
    create: Option<String>,
    /// The rights of the token: `read` allows reading everything, `publish` also publishing bulletins, `admin` everything
    #[arg(long, value_name = "SCOPE", requires = "create")]
    scope: Option<ScopeArg>,
    /// The time until the token expires, such as 90d or 12h [default: it does not expire]
    #[arg(long, value_name = "SPAN", requires = "create")]
    expires: Option<String>,
    /// Revoke the token with this ID
    #[arg(long, value_name = "ID")]
    revoke: Option<String>,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ScopeArg {
    Read,
    Publish,
    Admin,
}

impl From<ScopeArg> for Scope {
    fn from(scope: ScopeArg) -> Self {
        match scope {
            ScopeArg::Read => Self::Read,
            ScopeArg::Publish => Self::Publish,
            ScopeArg::Admin => Self::Admin,
        }
    }
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let new = new_token(&args)?;
    let purpose = match (&new, &args.revoke) {
        (None, None) => Purpose::Read,
        _ => Purpose::Change,
    };
    let reach = Reach::open(session, purpose).await?;
    let ended = match (new, &args.revoke) {
        (Some(new), _) => create(&reach, new, args.json).await,
        (None, Some(id)) => revoke(&reach, id).await,
        (None, None) => list(&reach, args.json).await,
    };
    reach.close().await?;
    ended.map(|()| Exit::Done)
}

fn new_token(args: &Args) -> Result<Option<NewToken>, UsageError> {
    let (Some(name), Some(scope)) = (&args.create, args.scope) else {
        return Ok(None);
    };
    let end = |span: &String| end_after(Utc::now(), span);
    let expires_at = args.expires.as_ref().map(end).transpose();
    Ok(Some(NewToken {
        name: name.clone(),
        scope: scope.into(),
        expires_at: expires_at.map_err(|why| UsageError(format!("--expires: {why}")))?,
        opened_by: None,
    }))
}

async fn create(reach: &Reach, new: NewToken, as_json: bool) -> anyhow::Result<()> {
    let made = reach.create_token(new).await?;
    if as_json {
        return out::json(&made);
    }
    out::line(made["token"].as_str().unwrap_or_default())?;
    eprintln!("it is not shown again; only its hash is kept");
    Ok(())
}

async fn revoke(reach: &Reach, id: &str) -> anyhow::Result<()> {
    reach.revoke_token(id).await?;
    eprintln!("token {id} was revoked");
    Ok(())
}

async fn list(reach: &Reach, as_json: bool) -> anyhow::Result<()> {
    let all = Filters {
        limit: 0,
        ..Filters::default()
    };
    lists::show(&reach.tokens(&all).await?, as_json, table)
}

fn table(tokens: &[Token]) -> std::io::Result<()> {
    let time = |stamp: Option<Stamp>| {
        let minute = |at: DateTime<_>| at.format("%Y-%m-%d %H:%M").to_string();
        stamp.map_or_else(|| "-".to_owned(), |stamp| minute(stamp.0))
    };
    let header = ["id", "name", "scope", "prefix", "expires"];
    let mut table = Table::new(header, &[1]);
    for token in tokens {
        let cells = [
            token.id.clone(),
            token.name.clone(),
            lists::word(&token.scope),
            token.prefix.clone(),
            time(token.expires_at),
        ];
        let created = time(Some(token.created_at));
        let used = time(token.last_used_at);
        table.row(cells, [format!("created {created}, last used {used}")]);
    }
    table.print()
}
