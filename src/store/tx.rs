//! Defines what one transaction reads and writes: entities, never keys and values.
//!
//! A transaction sees its own writes. It is committed whole, durably, or dropped without a trace: nothing that an
//! engine holds in memory changes before the commit. Calls that write cannot fail; their errors appear at the
//! commit. Deliveries and bulletins are identified by their numbers, which grow.

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

/// A change to a source's poll state. It is applied to the written state and to the one in memory, which other tasks
/// may have changed meanwhile.
pub type PollChange = Box<dyn Fn(&mut PollState) + Send>;

/// The rows that a transaction is about to read.
#[derive(Debug, Default)]
pub struct ReadAhead {
    pub lease: Option<LeaseKey>,
    /// Deliveries, with their channels and whatever is being sent there.
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

/// Sources and their poll states.
pub trait Sources {
    /// Returns every source that was ever known here, oldest first.
    fn sources(&mut self) -> Vec<SourceId>;
    fn knows_source(&mut self, source: &SourceId) -> bool;
    /// Gives a source its own place, if it has none yet.
    fn enter_source(&mut self, source: &SourceId);
    /// Reads in one query the facts of sources that are needed next. Only useful where each query takes time.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn read_sources_ahead(&mut self, _sources: &[SourceId]) -> Result<()> {
        Ok(())
    }
    /// Returns the facts of a source as this transaction leaves them; the default for an unknown source.
    fn source(&mut self, source: &SourceId) -> SourceFacts;
    fn set_source(&mut self, source: &SourceId, facts: SourceFacts);
    fn poll_state(&mut self, source: &SourceId) -> PollState;
    /// Changes a poll state in memory, and on the disk together with any other write of this transaction, or
    /// `at_once`.
    fn change_poll_state(&mut self, source: &SourceId, at_once: bool, change: PollChange);
    /// Takes over a source that this process polls from the commit on, under a lease of that epoch: polling
    /// continues from the state that the last holder wrote. Only needed where each process holds poll states in its
    /// own memory.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn take_poll_state(&mut self, _source: &SourceId, _epoch: u64) -> Result<()> {
        Ok(())
    }
    /// Writes the poll state of a source that another process may poll from the commit on.
    fn leave_poll_state(&mut self, _source: &SourceId) {}
    /// Requests a poll from the process that polls the source, where several processes share the store; returns the
    /// number of the request.
    ///
    /// # Errors
    /// Fails if no other process polls sources here.
    fn ask_poll(&mut self, source: &SourceId) -> Result<u64> {
        Err(refused(format!("no other process polls source `{source}`")))
    }
    /// Returns the sources that are to be polled now, with the numbers of the last unanswered requests.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn asked_polls(&mut self) -> Result<Vec<(SourceId, u64)>> {
        Ok(Vec::new())
    }
    /// Answers all requests up to a number.
    fn answer_poll(&mut self, _source: &SourceId, _number: u64, _answer: &PollAnswer) {}
    /// Returns the answer to a request, once there is one.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn poll_answer(&mut self, _source: &SourceId, _number: u64) -> Result<Option<PollAnswer>> {
        Ok(None)
    }
    /// Returns the bulletins on the page at the last poll that changed anything, in order.
    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>>;
    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>);
    /// Returns the sources that are in the store, oldest first.
    fn added(&mut self) -> Arc<Vec<AddedSource>>;
    fn set_added(&mut self, source: AddedSource);
    fn remove_added(&mut self, source: &SourceId);
}

/// The keys by which notices are recognized.
pub trait Notices {
    /// Returns the bulletin that was seen under each address or guid.
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>>;
    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen);
    /// Returns the bulletins that were seen under a title and day.
    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>>;
    /// Returns under how many addresses a bulletin was seen with this title and day; `None` if it never was.
    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>>;
    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8);
    /// Returns recent bulletins that may be the notice with this face, newest first.
    fn lookalikes(&mut self, face: &Face) -> Vec<u64>;
    /// Sets the face by which a recent bulletin is found, from the commit on.
    fn set_face(&mut self, bulletin: u64, face: Face);
}

/// Bulletins.
pub trait Archive {
    fn counts(&mut self) -> Counts;
    /// Returns the number of a bulletin that is to be archived.
    fn next_bulletin(&mut self) -> u64;
    /// Raises the next numbers to at least these, so that no number is used twice.
    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64);
    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>>;
    /// Archives a bulletin, or another version of it.
    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()>;
    /// Returns the latest bulletins of a source, with their titles, newest number first.
    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>>;
    fn text(&mut self, id: u64) -> Result<Option<String>>;
    /// Sets the text of a bulletin; an empty one changes nothing.
    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()>;
    /// Returns all held bulletins, oldest first.
    fn held(&mut self) -> Result<Vec<u64>>;
    fn history(&mut self, id: u64) -> Result<History>;
    fn set_history(&mut self, id: u64, history: &History) -> Result<()>;
    fn versions(&mut self, id: u64) -> Result<Versions>;
    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()>;
    fn recent(&mut self, id: u64) -> Result<Option<Recent>>;
    /// Sets the rereading state of a bulletin; with `None` it is no longer recent.
    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()>;
    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>>;
    /// Returns the recent bulletins whose articles are due for reading, the longest due first: of the sources that
    /// `worker` polls, or of all.
    fn due_readings(&mut self, now_ms: i64, most: usize, worker: Option<&str>) -> Vec<u64>;
    /// Plans when the article of a bulletin is read, or that it never is. Only [`Recent`] and
    /// [`Archive::read_until`] are certain to be stored.
    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>);
    /// Returns until when (ms) all articles that were due have been read, according to the disk.
    fn read_until(&mut self) -> i64;
    fn set_read_until(&mut self, ms: i64);
    /// Returns the newest held bulletin that admins were notified of.
    fn held_reported(&mut self) -> Result<u64>;
    fn set_held_reported(&mut self, id: u64);
}

/// Deliveries and the order in which they are sent.
pub trait Outbox: Channels {
    /// Fetches in one query the rows that are read next. Only useful where each query takes time.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn read_ahead(&mut self, _what: &ReadAhead) -> Result<()> {
        Ok(())
    }
    fn delivery(&mut self, id: u64) -> Result<Option<OutboxEntry>>;
    /// Changes a delivery, or restores one under its number.
    fn set_delivery(&mut self, id: u64, entry: OutboxEntry) -> Result<()>;
    /// Queues deliveries under consecutive numbers, all with the same note; returns the first number, or the next
    /// free one if `entries` is empty.
    fn enqueue(&mut self, entries: Vec<OutboxEntry>, note: Option<&str>) -> Result<u64>;
    /// Moves a waiting delivery to another channel.
    fn move_delivery(&mut self, id: u64, to: &ChannelId) -> Result<()>;
    fn note(&mut self, of: u64) -> Result<Option<String>>;
    fn set_note(&mut self, of: u64, text: &str);
    /// Sets why the last attempt of a delivery failed.
    fn set_error(&mut self, id: u64, why: Option<&Reason>);
    /// Returns all deliveries of a bulletin, oldest first.
    fn deliveries_of(&mut self, bulletin: u64) -> Result<Vec<(u64, OutboxEntry)>>;
    /// Returns the deliveries of a bulletin in one channel; cheap for one bulletin and many channels in a row.
    fn deliveries_in(
        &mut self,
        bulletin: u64,
        channel: &ChannelId,
    ) -> Result<Vec<(u64, OutboxEntry)>>;
    /// Returns the deliveries that were sent as one message, in the order of its card.
    fn members(&mut self, channel: &ChannelId, message: &MessageRef) -> Result<Option<Vec<u64>>>;
    fn set_members(&mut self, channel: &ChannelId, message: &MessageRef, members: &[u64]);
    /// Returns the messages in a channel that some readers have and others do not, by their first delivery.
    fn readers(&mut self, channel: &ChannelId) -> Result<Vec<(u64, Readers)>>;
    /// Sets the readers of a message; `None` if all have it or never will.
    fn set_readers(
        &mut self,
        channel: &ChannelId,
        first: u64,
        readers: Option<Readers>,
    ) -> Result<()>;
    /// Drops some of the deliveries that ended before `until_ms`, starting at `from`; returns the place to continue
    /// from.
    fn forget_finished(&mut self, from: u64, until_ms: i64) -> Result<Option<u64>>;

    // Waiting deliveries, as of before this transaction or as of now: a transaction that changes one reads each
    // delivery.

    /// Returns the channels in which a delivery waits.
    fn waiting_channels(&mut self) -> Vec<ChannelId>;
    /// Returns the first waiting delivery of a channel, and when it is due (ms).
    fn head(&mut self, channel: &ChannelId) -> Option<(u64, i64)>;
    /// Returns the first waiting delivery of each given channel that is not set aside, with its note.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn heads(&mut self, channels: &[ChannelId]) -> Result<Vec<(u64, OutboxEntry, Option<String>)>> {
        let mut ids: Vec<u64> = Vec::new();
        for channel in channels {
            if !self.is_blocked(channel) {
                ids.extend(self.head(channel).map(|(id, _)| id));
            }
        }
        // Most of them are next to each other: they are read in order.
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
    /// Returns all waiting deliveries of a channel, with the times (ms) at which they are due.
    fn waiting_in(&mut self, channel: &ChannelId) -> Vec<(u64, i64)>;
    fn count_waiting_in(&mut self, channel: &ChannelId) -> u64;
    fn count_waiting(&mut self) -> u64;
    /// Returns whether a delivery waits for a digest, quiet hours or its readers, outside of the order of the
    /// numbers.
    fn is_held_back(&mut self, channel: &ChannelId, id: u64) -> bool;
    /// Returns the deliveries of a channel that were held back until `now_ms` or earlier, in sending order.
    fn released(&mut self, channel: &ChannelId, now_ms: i64) -> Vec<u64>;
    /// Returns the other deliveries of a channel that may be sent at `due_ms`, in sending order.
    fn ready_at(&mut self, channel: &ChannelId, due_ms: i64) -> Vec<u64>;
    fn sending_in(&mut self, channel: &ChannelId) -> Vec<u64>;
    /// Returns all deliveries that are queued or being sent, newest first.
    fn unfinished(&mut self, state: DeliveryState) -> Vec<u64>;
    /// Returns when the last sends were begun, or answered where they have an answer (ms), oldest first.
    fn recent_sends(&mut self, since_ms: i64) -> Vec<(i64, ChannelId)>;
}

/// Channels, and the chats that subscribed themselves.
pub trait Channels {
    /// Returns every channel that was ever known here, oldest first.
    fn channels(&mut self) -> Vec<ChannelId>;
    fn knows_channel(&mut self, channel: &ChannelId) -> bool;
    /// Gives a channel its own place, if it has none yet.
    fn enter_channel(&mut self, channel: &ChannelId);
    /// Renames a channel, with everything that belongs to it, to a name that no other channel has.
    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId);
    /// Returns the facts of a channel as this transaction leaves them; the default for an unknown channel.
    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts;
    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts);
    fn is_blocked(&mut self, channel: &ChannelId) -> bool;
    /// Returns all chats, as they were before this transaction.
    fn chats(&mut self) -> Arc<Chats>;
    fn chat(&mut self, channel: &ChannelId) -> Option<Chat>;
    fn set_chat(&mut self, channel: &ChannelId, chat: Chat);
    fn remove_chat(&mut self, channel: &ChannelId);
    /// Returns the channels that are in the store, oldest first.
    fn added_channels(&mut self) -> Arc<Vec<AddedChannel>>;
    fn set_added_channel(&mut self, channel: AddedChannel);
    fn remove_added_channel(&mut self, channel: &ChannelId);
    fn moved_chats(&mut self) -> Arc<MovedChats>;
    /// Sets which chat `from` moved to; with `None` it is a separate chat again.
    fn set_moved(&mut self, from: i64, to: Option<i64>);
}

/// Tokens of programs and sessions of the desk, by their hashes, and the clients that sent wrong ones.
pub trait Access {
    fn token(&mut self, id: &str) -> Result<Option<Token>>;
    /// Returns the tokens, oldest first; those of one moment are ordered by id.
    fn tokens(&mut self) -> Result<Vec<Token>>;
    fn set_token(&mut self, token: &Token);
    fn remove_token(&mut self, id: &str);
    /// Returns the clients of one place that sent wrong tokens.
    fn wrong_tokens(&mut self, place: u16) -> Result<WrongTokens>;
    fn set_wrong_tokens(&mut self, place: u16, clients: &WrongTokens);
    /// Returns the admin token that the first of several processes created; `None` if it is only in the state
    /// folder.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn admin_token(&mut self) -> Result<Option<Secret>> {
        Ok(None)
    }
    fn set_admin_token(&mut self, _token: &Secret) {}
}

/// The actions of people, and the answers and reports that are owed to them.
pub trait Journal {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>>;
    fn set_request(&mut self, key: RequestKey, request: &Request);
    /// Returns the report that is owed for the run of deliveries that begins with `first`.
    fn report(&mut self, first: u64) -> Result<Option<Report>>;
    fn set_report(&mut self, report: &Report);
    fn audit(&mut self, entry: &AuditEntry, now_ms: i64);
    /// Restores an audit entry under its former time and counter.
    fn restore_audit(&mut self, place: AuditPlace, entry: &AuditEntry);
    /// Drops some of the oldest entries before `until_ms`; returns whether there may be more.
    fn forget_audit(&mut self, until_ms: i64) -> Result<bool>;
    /// Returns Telegram's getUpdates offset.
    fn update_offset(&mut self) -> Result<i32>;
    fn set_update_offset(&mut self, offset: i32);
    fn bot_name(&mut self) -> Result<String>;
    fn set_bot_name(&mut self, name: &str);
    /// Drops requests that were made, and reports that were settled, before `until_ms`.
    fn forget_requests(&mut self, until_ms: i64) -> Result<()>;
    /// Makes the tasks that wait for the outbox read it again after the commit.
    fn wake_senders(&mut self);
    /// Adds work in memory that is done once the transaction is committed, before the next one begins.
    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>);
}

/// The change feed: all changes in one sequence. It is read in transactions that record nothing, and only durable
/// changes are read.
pub trait Feed {
    /// Appends a change, which gets its number at the commit.
    fn record_change(&mut self, event: FeedEvent, now_ms: i64);
    fn feed_bounds(&mut self) -> Result<FeedBounds>;
    /// Returns changes with numbers above `after`, oldest first.
    fn changes_after(&mut self, after: u64, most: usize) -> Result<Vec<FeedEntry>>;
    /// Drops the changes below a number, which is at most that of the newest.
    fn forget_changes(&mut self, below: u64) -> Result<()>;
}

/// Workers and their leases.
pub trait Leases {
    /// Returns the time (ms) by which leases expire: that of the clock which all workers share, if there are
    /// several; `now_ms` is the clock of this worker.
    fn lease_clock_ms(&mut self, now_ms: i64) -> i64 {
        now_ms
    }
    /// Returns by how much (ms) the clock of this machine is ahead of the shared one; 0 if they agree to within a
    /// few seconds.
    fn clock_ahead_ms(&mut self) -> i64 {
        0
    }
    /// Returns all workers that were not removed, alive or not.
    fn workers(&mut self) -> Result<Vec<WorkerFacts>>;
    fn set_worker(&mut self, worker: &WorkerFacts);
    fn remove_worker(&mut self, id: &str);
    /// Returns all leases that were ever taken.
    fn leases(&mut self) -> Result<Vec<(LeaseKey, Lease)>>;
    /// Returns a lease, which no other worker can take until this transaction is committed; the default if it was
    /// never taken.
    fn lease(&mut self, key: &LeaseKey) -> Result<Lease>;
    fn set_lease(&mut self, key: &LeaseKey, lease: &Lease);
}
