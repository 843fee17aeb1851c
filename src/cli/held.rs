//! Implements `held`: lists the bulletins that wait for an admin, and settles them.

use super::{
    exit::{Exit, UsageError},
    lists, out,
    reach::{Purpose, Reach},
    serve,
    session::Session,
};
use crate::{bulletin::BulletinId, ops::HeldAction};

/// List bulletins that are held, publish them, or mark them as seen
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast held
  noticast held --publish 1042 1043
  noticast held --newest 3            publish 3 of each source, mark the rest
  noticast held --seen all", mut_arg(lists::IN_STATE, |arg| arg.hide(true)))]
pub(super) struct Args {
    #[command(flatten)]
    list: lists::ListArgs,
    /// Publish these bulletins, or `all`
    #[arg(long, value_name = "ID", num_args = 1..)]
    publish: Vec<String>,
    /// Publish the newest N of each source, and mark the others as seen
    #[arg(long, value_name = "N", conflicts_with_all = ["publish", "seen"], value_parser = serve::count)]
    newest: Option<usize>,
    /// Mark these bulletins, or `all`, as seen: they stay archived and are never pushed
    #[arg(long, value_name = "ID", num_args = 1..)]
    seen: Vec<String>,
}

/// The chosen bulletins, or all.
enum Chosen {
    These(Vec<BulletinId>),
    All,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let actions = actions(&args)?;
    let purpose = match actions.as_slice() {
        [] => Purpose::Read,
        _ => Purpose::Change,
    };
    let reach = Reach::open(session, purpose).await?;
    if actions.is_empty() {
        let listing = reach.held(&args.list.filters(session)?).await?;
        let table = |rows: &[_]| lists::bulletins_table(rows, session.verbose);
        lists::show(&listing, args.list.json, table)?;
    } else {
        let settled = reach.settle_held(actions).await?;
        if args.list.json {
            out::json(&settled)?;
        } else {
            let (published, seen) = (settled.published.len(), settled.seen.len());
            out::line(format!("{published} published, {seen} marked as seen"))?;
        }
    }
    reach.close().await?;
    Ok(Exit::Done)
}

/// Returns the actions in order: "publish these, the rest is seen" works only in this order.
fn actions(args: &Args) -> Result<Vec<HeldAction>, UsageError> {
    let publish = chosen(&args.publish)?.map(|chosen| match chosen {
        Chosen::These(ids) => HeldAction::Publish(ids),
        Chosen::All => HeldAction::PublishAll,
    });
    let seen = chosen(&args.seen)?.map(|chosen| match chosen {
        Chosen::These(ids) => HeldAction::Seen(ids),
        Chosen::All => HeldAction::SeenAll,
    });
    let newest = args.newest.map(HeldAction::Newest);
    Ok([publish, seen, newest].into_iter().flatten().collect())
}

fn chosen(words: &[String]) -> Result<Option<Chosen>, UsageError> {
    if words.is_empty() {
        return Ok(None);
    }
    if words == ["all"] {
        return Ok(Some(Chosen::All));
    }
    let number = |word: &String| {
        let number = word.trim_start_matches('#').parse().map(BulletinId);
        number.map_err(|_| {
            UsageError(format!(
                "`{word}` is not a bulletin; numbers or `all` are expected"
            ))
        })
    };
    let ids = words
        .iter()
        .flat_map(|word| word.split(',').map(str::to_owned));
    let ids: Result<Vec<_>, _> = ids.collect::<Vec<_>>().iter().map(number).collect();
    Ok(Some(Chosen::These(ids?)))
}
