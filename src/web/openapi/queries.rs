//! Describes the queries of lists, as [`Filters`](crate::view::Filters) reads them and each list accepts them.

use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, Object, RefOr, Required, Schema, SchemaFormat,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use crate::{
    bulletin::{BulletinState, ChannelId, DeliveryState, SourceId},
    view::{ChannelState, DEFAULT_LIMIT, MOST_ITEMS, SourceState},
};

/// A place in a list: the id of its last item, its number, or its time and a number.
const ID: &str = "^.+$";
const NUMBER: &str = "^[0-9]{1,19}$";
const PLACE: &str = "^[0-9]{1,15}[.][0-9]{1,9}$";

/// Gives each list a type that represents its query.
macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident($cursor:expr): $filters:expr;)*) => {
        $(
            $(#[$doc])*
            pub(in crate::web) enum $name {}

            impl IntoParams for $name {
                fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                    let filters: Vec<Parameter> = $filters.into();
                    filters.into_iter().chain(paging($cursor)).collect()
                }
            }
        )*
    };
}

queries! {
    /// A list that is narrowed by nothing.
    Paging(ID): [];
    TimelinePaging(NUMBER): [];
    SourceFilters(ID): [
        of::<SourceId>("source", "Only this source"),
        of::<ChannelId>("channel", "Only sources that this channel receives"),
        of::<SourceState>("state", "Only sources in this state"),
        since("Only sources that changed at or after this time"),
        words("Only sources whose name, ID, address or group contains all of these words"),
    ];
    ChannelFilters(ID): [
        of::<SourceId>("source", "Only channels that receive this source"),
        of::<ChannelId>("channel", "Only this channel"),
        of::<ChannelState>("state", "Only channels in this state"),
    ];
    BulletinFilters(NUMBER): [
        of::<SourceId>("source", "Only bulletins from this source"),
        of::<ChannelId>("channel", "Only bulletins that were queued for this channel"),
        of::<BulletinState>("state", "Only bulletins in this state"),
        since("Only bulletins first seen at or after this time"),
        words("Only bulletins whose texts contain all of these words"),
    ];
    HeldFilters(NUMBER): [
        of::<SourceId>("source", "Only bulletins from this source"),
        of::<ChannelId>("channel", "Only bulletins that were queued for this channel"),
        since("Only bulletins first seen at or after this time"),
        words("Only bulletins whose texts contain all of these words"),
    ];
    DeliveryFilters(NUMBER): [
        of::<SourceId>("source", "Only deliveries of bulletins from this source"),
        of::<ChannelId>("channel", "Only deliveries to this channel"),
        of::<DeliveryState>("state", "Only deliveries in this state"),
        since("Only deliveries queued at or after this time"),
    ];
    AuditFilters(PLACE): [since("Only entries at or after this time")];
}

fn paging(cursor: &str) -> [Parameter; 2] {
    let limit = Object::builder()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .default(Some(DEFAULT_LIMIT.into()));
    let most =
        format!("The number of entries per page, at most {MOST_ITEMS}; 0 means {MOST_ITEMS}");
    let cursor = Object::builder()
        .schema_type(Type::String)
        .pattern(Some(cursor));
    [
        optional("limit", &most, limit.into()),
        optional("cursor", "The `next` of the previous page", cursor.into()),
    ]
}

fn of<T: ToSchema>(name: &str, description: &str) -> Parameter {
    optional(name, description, T::schema())
}

fn since(description: &str) -> Parameter {
    let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    let time = Object::builder().schema_type(Type::String);
    let time = time.format(Some(format));
    optional("since", description, time.into())
}

fn words(description: &str) -> Parameter {
    optional("q", description, String::schema())
}

fn optional(name: &str, description: &str, schema: RefOr<Schema>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
