-- Several processes: how often each thing was changed that processes have at hand, so that each sees at the begin of a
-- transaction what others changed.
CREATE TABLE versions (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    chats bigint NOT NULL DEFAULT 0,
    added bigint NOT NULL DEFAULT 0,
    looks bigint NOT NULL DEFAULT 0,
    outbox bigint NOT NULL DEFAULT 0,
    leases bigint NOT NULL DEFAULT 0,
    polls bigint NOT NULL DEFAULT 0
);
INSERT INTO versions DEFAULT VALUES;
-- The version of all looks that wrote this one.
ALTER TABLE sources ADD COLUMN look_version bigint NOT NULL DEFAULT 0;
CREATE INDEX sources_look_version ON sources (look_version);
-- By when the article is read again; NULL: it is not planned yet.
ALTER TABLE recent ADD COLUMN due_ms bigint;
CREATE INDEX recent_due ON recent (due_ms);
-- The admin token that the first process made, where the config has none.
ALTER TABLE counters ADD COLUMN admin_token text;
-- Polls that one process asks another one for, which polls the source, and what came of them.
CREATE TABLE asked_polls (
    source text PRIMARY KEY REFERENCES sources DEFERRABLE INITIALLY DEFERRED,
    number bigint NOT NULL,
    answered bigint NOT NULL DEFAULT 0,
    answer json
);
