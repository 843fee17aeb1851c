-- Lists of what is rare or recent, which must not read all that is neither.
CREATE INDEX bulletins_state ON bulletins (state, newest_ms DESC, id DESC);
CREATE INDEX bulletins_first_seen ON bulletins (first_seen_ms);
CREATE INDEX deliveries_given_up ON deliveries (state, id DESC) WHERE state IN ('failed', 'dropped');
CREATE INDEX deliveries_queued ON deliveries (queued_ms);
