//! What one transaction reads and writes: entities, never keys and values.
//!
//! A transaction sees what it wrote itself. It is committed whole, durably, or dropped without a trace: nothing that
//! an engine keeps in memory changes before the commit. Calls that write cannot fail; what is wrong with them
//! comes out at the commit. Deliveries and bulletins are known by their numbers, which grow.

use std::sync::Arc;

use super::error::{Result, refused};
use crate::{
    bulletin::{
        AddedChannel, AddedSource, ChannelId, Chat, DeliveryState, Face, MessageRef, Reason,
        Secret, SeenKey, SourceId,
    },
    policy::{
        asked_polls::PollAnswer,
        audit::{AuditEntry, AuditPlace},
        change_feed::{FeedBounds, FeedEntry, FeedEvent},
        facts::{
            Archived, ChannelFacts, Counts, History, OutboxEntry, PollState, Readers, Report,
            Request, RequestKey, Seen, SourceFacts,
        },
        leases::{Lease, LeaseKey, WorkerFacts},
        notified::Versions,
        places::MovedChats,
        rereading::Recent,
        routes::Chats,
        tokens::Token,
        wrong_tokens::WrongTokens,
    },
};

/// How the state of a source's polls changes. It is applied to what is written and to what is in memory, which
/// others may have changed meanwhile.
pub type PollChange = Box<dyn Fn(&mut PollState) + Send>;

/// What a transaction is about to read.
#[derive(Debug, Default)]
pub struct ReadAhead {
    pub lease: Option<LeaseKey>,
    /// With their channels, and what is being sent there.
    pub deliveries: Vec<u64>,
}

/// One transaction of an engine.
pub trait Tx:
    Sources + Notices + Archive + Outbox + Channels + Access + Journal + Feed + Leases
{
}

impl<T> Tx for T where
    T: Sources + Notices + Archive + Outbox + Channels + Access + Journal + Feed + Leases
{
}

/// Sources and where polling them stands.
pub trait Sources {
    /// Every source that was ever known here, oldest first.
    fn sources(&mut self) -> Vec<SourceId>;
    fn knows_source(&mut self, source: &SourceId) -> bool;
    /// Gives it a place of its own, if it has none yet.
    fn enter_source(&mut self, source: &SourceId);
    /// Reads at once the facts of sources that are asked for next. Needed only where each question takes its time.
    ///
    /// # Errors
    /// The store cannot be read.
    fn read_sources_ahead(&mut self, _sources: &[SourceId]) -> Result<()> {
        Ok(())
    }
    /// As this transaction leaves it; the default where nothing is known.
    fn source(&mut self, source: &SourceId) -> SourceFacts;
    fn set_source(&mut self, source: &SourceId, facts: SourceFacts);
    fn poll_state(&mut self, source: &SourceId) -> PollState;
    /// Changes it in memory, and on the disk along with whatever else this transaction writes, or `at_once`.
    fn change_poll_state(&mut self, source: &SourceId, at_once: bool, change: PollChange);
    /// This process polls it from the commit on, under a lease of that epoch: it goes on from where its last holder wrote
    /// that polling stands. Needed only where each process has that in a memory of its own.
    ///
    /// # Errors
    /// The store cannot be read.
    fn take_poll_state(&mut self, _source: &SourceId, _epoch: u64) -> Result<()> {
        Ok(())
    }
    /// Another process may poll it from the commit on: it is written where polling stands.
    fn leave_poll_state(&mut self, _source: &SourceId) {}
    /// Asks the process that polls it to do so now, where several processes share the store; gives the number of the
    /// question.
    ///
    /// # Errors
    /// Nobody else polls here.
    fn ask_poll(&mut self, source: &SourceId) -> Result<u64> {
        Err(refused(format!("no other process polls source `{source}`")))
    }
    /// Sources that are to be polled now, with the numbers of the last questions that have no answer.
    ///
    /// # Errors
    /// The store cannot be read.
    fn asked_polls(&mut self) -> Result<Vec<(SourceId, u64)>> {
        Ok(Vec::new())
    }
    /// Answers all questions up to a number.
    fn answer_poll(&mut self, _source: &SourceId, _number: u64, _answer: &PollAnswer) {}
    /// The answer to a question, once there is one.
    ///
    /// # Errors
    /// The store cannot be read.
    fn poll_answer(&mut self, _source: &SourceId, _number: u64) -> Result<Option<PollAnswer>> {
        Ok(None)
    }
    /// Bulletins on its page at the last poll that changed anything, in order.
    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>>;
    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>);
    /// Sources that live in the store, oldest first.
    fn added(&mut self) -> Arc<Vec<AddedSource>>;
    fn set_added(&mut self, source: AddedSource);
    fn remove_added(&mut self, source: &SourceId);
}

/// By what notices are known again.
pub trait Notices {
    /// Returns what was seen under each address or guid.
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>>;
    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen);
    /// Bulletins that were seen under a title and day.
    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>>;
    /// Under how many addresses a bulletin was seen with this title and day; None: never with it.
    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>>;
    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8);
    /// Recent bulletins that may be the notice of this face, newest first.
    fn lookalikes(&mut self, face: &Face) -> Vec<u64>;
    /// The face by which a recent bulletin is found, from the commit on.
    fn set_face(&mut self, bulletin: u64, face: Face);
}

/// Bulletins.
pub trait Archive {
    fn counts(&mut self) -> Counts;
    /// The number of a bulletin that is to be archived.
    fn next_bulletin(&mut self) -> u64;
    /// So that no number is used twice: the next ones are at least these.
    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64);
    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>>;
    /// Archives it, or another version of it.
    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()>;
    /// The latest bulletins of a source, with their titles, newest number first.
    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>>;
    fn text(&mut self, id: u64) -> Result<Option<String>>;
    /// An empty text leaves what is there.
    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()>;
    /// All that are held, oldest first.
    fn held(&mut self) -> Result<Vec<u64>>;
    fn history(&mut self, id: u64) -> Result<History>;
    fn set_history(&mut self, id: u64, history: &History) -> Result<()>;
    fn versions(&mut self, id: u64) -> Result<Versions>;
    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()>;
    fn recent(&mut self, id: u64) -> Result<Option<Recent>>;
    /// None: it is recent no more.
    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()>;
    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>>;
    /// Recent bulletins whose articles are to be read by now, the longest due first: of the sources that `worker` polls, or
    /// of all.
    fn due_readings(&mut self, now_ms: i64, most: usize, worker: Option<&str>) -> Vec<u64>;
    /// Its article is read then, or never. What is surely kept is [`Recent`] and [`Archive::read_until`].
    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>);
    /// Until when (ms) all articles that were due have been read, as the disk says.
    fn read_until(&mut self) -> i64;
    fn set_read_until(&mut self, ms: i64);
    /// The newest held bulletin that admins know of.
    fn held_reported(&mut self) -> Result<u64>;
    fn set_held_reported(&mut self, id: u64);
}

/// Deliveries and the order in which they go out.
pub trait Outbox: Channels {
    /// Fetches at once what is read next. Needed only where each question takes its time.
    ///
    /// # Errors
    /// The store cannot be read.
    fn read_ahead(&mut self, _what: &ReadAhead) -> Result<()> {
        Ok(())
    }
    fn delivery(&mut self, id: u64) -> Result<Option<OutboxEntry>>;
    /// Changes a delivery, or restores one under its number.
    fn set_delivery(&mut self, id: u64, entry: OutboxEntry) -> Result<()>;
    /// Queues deliveries under consecutive numbers, all with the same note; gives the first number, which is the
    /// next one where there is none.
    fn enqueue(&mut self, entries: Vec<OutboxEntry>, note: Option<&str>) -> Result<u64>;
    /// Gives a waiting delivery to another channel.
    fn move_delivery(&mut self, id: u64, to: &ChannelId) -> Result<()>;
    fn note(&mut self, of: u64) -> Result<Option<String>>;
    fn set_note(&mut self, of: u64, text: &str);
    /// Why its last attempt failed.
    fn set_error(&mut self, id: u64, why: Option<&Reason>);
    /// All deliveries of a bulletin, oldest first.
    fn deliveries_of(&mut self, bulletin: u64) -> Result<Vec<(u64, OutboxEntry)>>;
    /// The same in one channel; cheap for one bulletin and many channels in a row.
    fn deliveries_in(
        &mut self,
        bulletin: u64,
        channel: &ChannelId,
    ) -> Result<Vec<(u64, OutboxEntry)>>;
    /// Deliveries that went out as one message, in the order of its card.
    fn members(&mut self, channel: &ChannelId, message: &MessageRef) -> Result<Option<Vec<u64>>>;
    fn set_members(&mut self, channel: &ChannelId, message: &MessageRef, members: &[u64]);
    /// Messages in a channel that some readers have and others do not, by their first delivery.
    fn readers(&mut self, channel: &ChannelId) -> Result<Vec<(u64, Readers)>>;
    /// None: all have it, or never will.
    fn set_readers(
        &mut self,
        channel: &ChannelId,
        first: u64,
        readers: Option<Readers>,
    ) -> Result<()>;
    /// Drops some of the deliveries that ended before `until_ms`, from a place on; gives the place to go on from.
    fn forget_finished(&mut self, from: u64, until_ms: i64) -> Result<Option<u64>>;

    // What waits, as it was before this transaction or is by now: a change of it reads each delivery.

    /// Channels in which something waits.
    fn waiting_channels(&mut self) -> Vec<ChannelId>;
    /// The first that waits in a channel, and when it is due (ms).
    fn head(&mut self, channel: &ChannelId) -> Option<(u64, i64)>;
    /// The first that waits in each of some channels that are not set aside, with their notes.
    ///
    /// # Errors
    /// The store cannot be read.
    fn heads(&mut self, channels: &[ChannelId]) -> Result<Vec<(u64, OutboxEntry, Option<String>)>> {
        let mut ids: Vec<u64> = Vec::new();
        for channel in channels {
            if !self.is_blocked(channel) {
                ids.extend(self.head(channel).map(|(id, _)| id));
            }
        }
        // Most of them lie side by side: they are read in order.
        ids.sort_unstable();
        let mut heads = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(entry) = self.delivery(id)? {
                let note = entry
                    .note
                    .map(|note| self.note(note))
                    .transpose()?
                    .flatten();
                heads.push((id, entry, note));
            }
        }
        Ok(heads)
    }
    /// All that waits in a channel, with the times (ms) at which it is due.
    fn waiting_in(&mut self, channel: &ChannelId) -> Vec<(u64, i64)>;
    fn count_waiting_in(&mut self, channel: &ChannelId) -> u64;
    fn count_waiting(&mut self) -> u64;
    /// Returns whether it waits for a digest, quiet hours or its readers, beside the order of the numbers.
    fn is_held_back(&mut self, channel: &ChannelId, id: u64) -> bool;
    /// Returns what was held back in a channel until `now_ms` or earlier, in the order in which it goes out.
    fn released(&mut self, channel: &ChannelId, now_ms: i64) -> Vec<u64>;
    /// Returns what else goes out of a channel once it may at `due_ms`, in that order.
    fn ready_at(&mut self, channel: &ChannelId, due_ms: i64) -> Vec<u64>;
    fn sending_in(&mut self, channel: &ChannelId) -> Vec<u64>;
    /// All that is queued or being sent, newest first.
    fn unfinished(&mut self, state: DeliveryState) -> Vec<u64>;
    /// Returns when the last sends were begun, or answered where they were (ms), oldest first.
    fn recent_sends(&mut self, since_ms: i64) -> Vec<(i64, ChannelId)>;
}

/// Channels, and the chats that subscribed by themselves.
pub trait Channels {
    /// Every channel that was ever known here, oldest first.
    fn channels(&mut self) -> Vec<ChannelId>;
    fn knows_channel(&mut self, channel: &ChannelId) -> bool;
    /// Gives it a place of its own, if it has none yet.
    fn enter_channel(&mut self, channel: &ChannelId);
    /// Gives a channel with all that it has another name, which no other one has.
    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId);
    /// As this transaction leaves it; the default where nothing is known.
    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts;
    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts);
    fn is_blocked(&mut self, channel: &ChannelId) -> bool;
    /// All chats, as they were before this transaction.
    fn chats(&mut self) -> Arc<Chats>;
    fn chat(&mut self, channel: &ChannelId) -> Option<Chat>;
    fn set_chat(&mut self, channel: &ChannelId, chat: Chat);
    fn remove_chat(&mut self, channel: &ChannelId);
    /// Channels that live in the store, oldest first.
    fn added_channels(&mut self) -> Arc<Vec<AddedChannel>>;
    fn set_added_channel(&mut self, channel: AddedChannel);
    fn remove_added_channel(&mut self, channel: &ChannelId);
    fn moved_chats(&mut self) -> Arc<MovedChats>;
    /// None: it is a chat of its own again.
    fn set_moved(&mut self, from: i64, to: Option<i64>);
}

/// Tokens of programs, and sessions of the desk: their hashes. And who sent wrong ones.
pub trait Access {
    fn token(&mut self, id: &str) -> Result<Option<Token>>;
    /// Oldest first; of one moment by id.
    fn tokens(&mut self) -> Result<Vec<Token>>;
    fn set_token(&mut self, token: &Token);
    fn remove_token(&mut self, id: &str);
    /// Clients of one place that sent wrong tokens.
    fn wrong_tokens(&mut self, place: u16) -> Result<WrongTokens>;
    fn set_wrong_tokens(&mut self, place: u16, clients: &WrongTokens);
    /// The admin token that the first of several processes made; None where it lies in the state folder alone.
    ///
    /// # Errors
    /// The store cannot be read.
    fn admin_token(&mut self) -> Result<Option<Secret>> {
        Ok(None)
    }
    fn set_admin_token(&mut self, _token: &Secret) {}
}

/// What people did, and what is owed to them.
pub trait Journal {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>>;
    fn set_request(&mut self, key: RequestKey, request: &Request);
    /// The report that is owed for a run of deliveries that begins with `first`.
    fn report(&mut self, first: u64) -> Result<Option<Report>>;
    fn set_report(&mut self, report: &Report);
    fn audit(&mut self, entry: &AuditEntry, now_ms: i64);
    /// Under the time and counter that it had.
    fn restore_audit(&mut self, place: AuditPlace, entry: &AuditEntry);
    /// Drops some of the entries before `until_ms`, the oldest; whether there may be more.
    fn forget_audit(&mut self, until_ms: i64) -> Result<bool>;
    /// Telegram's getUpdates offset.
    fn update_offset(&mut self) -> Result<i32>;
    fn set_update_offset(&mut self, offset: i32);
    fn bot_name(&mut self) -> Result<String>;
    fn set_bot_name(&mut self, name: &str);
    /// Drops requests that were made, and reports that were settled, before `until_ms`.
    fn forget_requests(&mut self, until_ms: i64) -> Result<()>;
    /// Those who wait for the outbox read it again after the commit.
    fn wake_senders(&mut self);
    /// What is done in memory once the transaction is committed, before the next one begins.
    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>);
}

/// The change feed: what changed, in one sequence. It is read in transactions that record nothing, and only what is
/// durable is read.
pub trait Feed {
    /// Appends a change; it gets its number at the commit.
    fn record_change(&mut self, event: FeedEvent, now_ms: i64);
    fn feed_bounds(&mut self) -> Result<FeedBounds>;
    /// Changes with numbers above `after`, oldest first.
    fn changes_after(&mut self, after: u64, most: usize) -> Result<Vec<FeedEntry>>;
    /// Drops the changes below a number, which is at most that of the newest.
    fn forget_changes(&mut self, below: u64) -> Result<()>;
}

/// Which worker does what.
pub trait Leases {
    /// The time (ms) by which leases run out: that of the clock which all workers share, where there are several; `now_ms` is
    /// that of this one.
    fn lease_clock_ms(&mut self, now_ms: i64) -> i64 {
        now_ms
    }
    /// By how much (ms) the clock of this machine is ahead of that one; 0 where they agree to within a few seconds.
    fn clock_ahead_ms(&mut self) -> i64 {
        0
    }
    /// All that were not removed, alive or not.
    fn workers(&mut self) -> Result<Vec<WorkerFacts>>;
    fn set_worker(&mut self, worker: &WorkerFacts);
    fn remove_worker(&mut self, id: &str);
    /// All that were ever taken.
    fn leases(&mut self) -> Result<Vec<(LeaseKey, Lease)>>;
    /// As it stays until this transaction is committed: nobody takes it meanwhile. The default where it was never taken.
    fn lease(&mut self, key: &LeaseKey) -> Result<Lease>;
    fn set_lease(&mut self, key: &LeaseKey, lease: &Lease);
}
