//! The types of the domain, and nothing else: pure types that every module shares.
//!
//! A [`Notice`] is read by a round; a [`Bulletin`] is a notice that was admitted; a [`Delivery`] is one bulletin on its
//! way to one [`Channel`]. This module does no I/O, reads no clock, and knows no other module.

mod added;
mod address_range;
mod call;
mod channel;
mod chat;
mod days;
mod field_fault;
mod filter;
mod fold;
mod id;
mod identity;
mod likeness;
mod login;
mod manner;
mod markup;
mod meeting;
mod moment;
mod notice;
mod page_fault;
mod reason;
mod record;
mod retitled;
mod robot;
mod same;
mod searched;
mod secret;
mod settings;
mod source;
mod template;
mod title;
mod trust;
mod typed_time;
mod wish;

pub use added::{AddedChannel, AddedSource, ChannelKeys, SourceKeys};
pub use address_range::AddressRange;
pub use call::{quiet, unquiet};
pub use channel::{Channel, ChannelKind, LARGEST_DOCUMENT, StdoutFormat, TelegramChat};
pub use chat::{Chat, LONGEST_ANNOUNCEMENT, Standing};
pub use days::DayRange;
pub use field_fault::{FieldFault, InputFault};
pub use filter::{Cost, Filter, FilterError, Folded, Verdict};
pub use fold::{fold, initial};
pub use id::{BulletinId, ChannelId, DeliveryId, IdError, SourceId, topic_of};
pub use identity::{SeenKey, canonical_url, loose_fragment};
pub use likeness::{likeness, steady, substance};
pub use login::Login;
pub use manner::{Mode, Quiet, reminder_of};
pub use meeting::meetings;
pub use moment::Moment;
pub use notice::{Article, Attachment, Notice, Opened, Validators};
pub use page_fault::{PageFault, PageKind};
pub use reason::{Reason, ReasonKind, SendFault};
pub use record::{
    Bulletin, BulletinState, Cause, Changed, Delivery, DeliveryKind, DeliveryState, MessageRef,
    Revision,
};
pub use retitled::{Retitled, compare, is_cut_title, plain_title, spaced_title};
pub use robot::{Fingerprint, Form, KINDS, Key, Robot, RobotKind, Setting};
pub use same::{Face, bare_title, is_same, is_same_page};
pub use searched::SearchedParts;
pub use secret::Secret;
pub use settings::{
    AddSources, AllowPrivate, FetchSettings, Language, StoreSettings, Subscribe, TelegramSettings,
    WebSettings,
};
pub use source::{ReadAs, Select, Source};
pub use template::{Template, TemplateFields, TemplateFile};
pub use title::{clean_title, is_counter, is_pinned_title};
pub use trust::{Came, Trust};
pub use typed_time::{clock, daily, hours, shown_daily};
pub use wish::{DigestWish, FilterWords, SourceWish};
