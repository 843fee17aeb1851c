-- What one store keeps. Times are ms since 1970; hashes of 64 bits are stored as signed numbers. Foreign keys are
-- checked at the end of a transaction, which writes in whatever order its operation does.

CREATE TABLE counters (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    next_bulletin bigint NOT NULL DEFAULT 1 CHECK (next_bulletin > 0),
    next_delivery bigint NOT NULL DEFAULT 1 CHECK (next_delivery > 0),
    bulletins bigint NOT NULL DEFAULT 0 CHECK (bulletins >= 0),
    next_audit bigint NOT NULL DEFAULT 0,
    update_offset integer NOT NULL DEFAULT 0,
    bot_name text NOT NULL DEFAULT '',
    held_reported bigint NOT NULL DEFAULT 0,
    read_until bigint NOT NULL DEFAULT 0
);
INSERT INTO counters DEFAULT VALUES;

CREATE TABLE sources (
    id text PRIMARY KEY,
    age bigint GENERATED ALWAYS AS IDENTITY,
    facts json,
    look json,
    last_page bigint[] NOT NULL DEFAULT '{}'
);
CREATE TABLE added_sources (
    id text PRIMARY KEY,
    source json NOT NULL
);

CREATE TABLE channels (
    id text PRIMARY KEY,
    age bigint GENERATED ALWAYS AS IDENTITY,
    blocked_why text,
    blocked_ms bigint,
    error text,
    sent bigint NOT NULL DEFAULT 0 CHECK (sent >= 0),
    failed bigint NOT NULL DEFAULT 0 CHECK (failed >= 0),
    CHECK ((blocked_why IS NULL) = (blocked_ms IS NULL))
);
CREATE TABLE chats (
    channel text PRIMARY KEY,
    chat json NOT NULL
);
CREATE TABLE moved_chats (
    from_chat bigint PRIMARY KEY,
    to_chat bigint NOT NULL
);

CREATE TABLE bulletins (
    id bigint PRIMARY KEY CHECK (id > 0),
    source text NOT NULL REFERENCES sources DEFERRABLE INITIALLY DEFERRED,
    also text[] NOT NULL,
    state text NOT NULL CHECK (state IN ('baseline', 'published', 'held', 'withdrawn')),
    first_seen_ms bigint NOT NULL,
    newest_ms bigint NOT NULL,
    titles bigint[] NOT NULL,
    bulletin json NOT NULL
);
CREATE INDEX bulletins_newest ON bulletins (newest_ms DESC, id DESC);
CREATE INDEX bulletins_held ON bulletins (id) WHERE state = 'held';
-- Every source that showed a bulletin, first or also.
CREATE TABLE carriers (
    source text NOT NULL REFERENCES sources DEFERRABLE INITIALLY DEFERRED,
    bulletin bigint NOT NULL REFERENCES bulletins DEFERRABLE INITIALLY DEFERRED,
    newest_ms bigint NOT NULL,
    PRIMARY KEY (source, bulletin)
);
CREATE INDEX carriers_newest ON carriers (source, newest_ms DESC, bulletin DESC);
CREATE TABLE texts (
    bulletin bigint PRIMARY KEY REFERENCES bulletins DEFERRABLE INITIALLY DEFERRED,
    text text,
    as_published text
);
CREATE TABLE revisions (
    bulletin bigint PRIMARY KEY REFERENCES bulletins DEFERRABLE INITIALLY DEFERRED,
    history json,
    versions json
);
CREATE TABLE recent (
    bulletin bigint PRIMARY KEY REFERENCES bulletins DEFERRABLE INITIALLY DEFERRED,
    recent json NOT NULL
);
-- By what the same notice on another source is found.
CREATE TABLE faces (
    key bigint NOT NULL,
    bulletin bigint NOT NULL,
    PRIMARY KEY (key, bulletin)
);
CREATE INDEX faces_bulletin ON faces (bulletin);

CREATE TABLE seen (
    source text NOT NULL REFERENCES sources DEFERRABLE INITIALLY DEFERRED,
    key bytea NOT NULL CHECK (length(key) = 16),
    bulletin bigint NOT NULL,
    had_guid boolean NOT NULL,
    is_shared boolean NOT NULL,
    PRIMARY KEY (source, key)
);
CREATE INDEX seen_anywhere ON seen (key);
CREATE TABLE titled (
    source text NOT NULL REFERENCES sources DEFERRABLE INITIALLY DEFERRED,
    key bytea NOT NULL CHECK (length(key) = 16),
    bulletin bigint NOT NULL,
    addresses smallint NOT NULL,
    PRIMARY KEY (source, key, bulletin)
);

CREATE TABLE deliveries (
    id bigint PRIMARY KEY CHECK (id > 0),
    channel text NOT NULL REFERENCES channels ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    bulletin bigint REFERENCES bulletins DEFERRABLE INITIALLY DEFERRED,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
    attempts integer NOT NULL CHECK (attempts >= 0),
    doubts smallint NOT NULL CHECK (doubts >= 0),
    note bigint,
    has_error boolean NOT NULL,
    message text,
    queued_ms bigint NOT NULL,
    due_ms bigint NOT NULL,
    begun_ms bigint,
    ended_ms bigint
);
CREATE INDEX deliveries_unfinished ON deliveries (channel, id) WHERE state IN ('queued', 'sending');
CREATE INDEX deliveries_bulletin ON deliveries (bulletin, id);
CREATE INDEX deliveries_channel ON deliveries (channel, id DESC);
CREATE INDEX deliveries_begun ON deliveries (begun_ms);
CREATE INDEX deliveries_ended ON deliveries (ended_ms);
CREATE TABLE notes (
    first bigint PRIMARY KEY,
    text text NOT NULL
);
CREATE TABLE delivery_errors (
    delivery bigint PRIMARY KEY,
    why text NOT NULL
);
-- Deliveries that went out as one message.
CREATE TABLE members (
    channel text NOT NULL REFERENCES channels ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    message text NOT NULL,
    deliveries bigint[] NOT NULL,
    PRIMARY KEY (channel, message)
);
-- Messages that some readers of a channel have and others do not.
CREATE TABLE readers (
    channel text NOT NULL REFERENCES channels ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    first bigint NOT NULL,
    deliveries bigint[] NOT NULL,
    readers bigint[] NOT NULL,
    PRIMARY KEY (channel, first)
);

CREATE TABLE requests (
    key bytea PRIMARY KEY CHECK (length(key) = 16),
    first bigint NOT NULL,
    count bigint NOT NULL,
    at_ms bigint NOT NULL
);
CREATE TABLE reports (
    first bigint PRIMARY KEY,
    done boolean NOT NULL,
    reported_ms bigint,
    report json NOT NULL
);
CREATE TABLE audit (
    at_ms bigint NOT NULL,
    counter bigint NOT NULL,
    entry json NOT NULL,
    PRIMARY KEY (at_ms, counter)
);
-- The change feed: what changed, in one sequence.
CREATE TABLE changes (
    number bigint PRIMARY KEY,
    at_ms bigint NOT NULL,
    event json NOT NULL
);

CREATE TABLE tokens (
    id text PRIMARY KEY,
    created_ms bigint NOT NULL,
    token json NOT NULL
);
CREATE TABLE workers (
    id text PRIMARY KEY,
    worker json NOT NULL
);
CREATE TABLE leases (
    kind text NOT NULL CHECK (kind IN ('source', 'sender')),
    name text NOT NULL,
    epoch bigint NOT NULL CHECK (epoch >= 0),
    worker text,
    PRIMARY KEY (kind, name)
);
