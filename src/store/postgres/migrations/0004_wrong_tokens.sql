-- Clients that sent wrong tokens, some in each place.
CREATE TABLE wrong_tokens (
    place integer PRIMARY KEY,
    clients json NOT NULL
);
