//! Implements the operations of noticast, each as one transaction: facts are loaded, [`crate::policy`] decides, and
//! the result is written and logged. This is the only part that opens transactions; bot, web, command line, poller
//! and senders call it.
//!
//! [`Store`] is the handle; its methods are verbs. An [`op::Op`] is an operation that is being run.

mod added_channels;
mod added_sources;
mod admin_actions;
mod admit;
mod ahead;
mod archive;
mod ask;
mod asked_polls;
mod bulk_actions;
mod config;
mod corrections;
mod delivery_actions;
mod desk;
mod documents;
mod export;
mod follow;
mod front;
mod handle;
mod holding;
mod import;
mod indexing;
mod leases;
mod moved_chats;
mod op;
mod outbox;
mod poll_states;
mod reminders;
mod rereads;
mod searching;
mod send_batches;
mod send_steps;
mod sends;
mod status;
mod subscriptions;
mod text_index;
mod tokens;
mod twins;
mod upkeep;
mod verbs;
mod verdicts;
mod wrong_tokens;

pub use self::{
    admin_actions::Settled,
    ask::{
        Admitted, Begun, ChannelStatus, ChatTotals, Health, HeldAction, Imported, Judged,
        PollFindings, Reminded, SourceStatus, Waiting,
    },
    bulk_actions::Tally,
    corrections::Edition,
    desk::Issued,
    export::ChannelSecrets,
    follow::FeedPage,
    front::{ReadLines, WriteLine},
    handle::Store,
    holding::{Held, LeaseCounts},
    leases::WorkerStatus,
    rereads::{ReadAgain, Reread},
    searching::{HitCount, Hits},
    tokens::NewToken,
};
pub use crate::{
    policy::{
        asked_polls::PollAnswer,
        attempts::{Outcome, PERHAPS},
        audit::{Actor, ActorRecord, AuditEntry, AuditPlace, AuditRow},
        change_feed::{FeedEntry, FeedEvent},
        correction::Found,
        desk::{Amendment, Publication, file_name},
        facts::{FailedPolls, PollState, Report, Reported, Run, time},
        judge::Ruling,
        leases::{LEAVING, LeaseKey, RENEWAL, TERM, Wanted, WorkerFacts},
        tokens::{Scope, Token, end_after},
        wrong_tokens::{Knocked, Opens, WrongTokens},
    },
    store::{
        Answered, AuditQuery, BulletinQuery, DeliveryQuery, Failure, Page, PublishedCounts,
        QuarterCounts, Refusal, StoreError, refused,
    },
};

#[cfg(test)]
mod tests;
