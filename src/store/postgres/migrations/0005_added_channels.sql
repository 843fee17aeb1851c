-- Channels that live in the store, with their secrets.
CREATE TABLE added_channels (
    id text PRIMARY KEY,
    channel json NOT NULL
);
ALTER TABLE versions ADD COLUMN added_channels bigint NOT NULL DEFAULT 0;
