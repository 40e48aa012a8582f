-- A dispute: buyer and shop disagree, and an admin decides with what both have shown.  While it is
-- open no timer of the order runs, and time alone never moves the money.
CREATE TABLE market_dispute (
    id             TEXT   PRIMARY KEY,
    order_id       TEXT   NOT NULL REFERENCES market_order (id),
    status         TEXT   NOT NULL CHECK (status IN (
        'open', 'answered', 'decided', 'settled', 'withdrawn')),
    reason         TEXT   NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    opened_at_ms   BIGINT NOT NULL,
    answer_by_ms   BIGINT NOT NULL,
    answered_at_ms BIGINT,
    decision       TEXT   CHECK (decision IN ('release', 'refund', 'part')),
    refund_minor   BIGINT NOT NULL DEFAULT 0 CHECK (refund_minor >= 0),
    decided_reason TEXT   NOT NULL DEFAULT '' CHECK (length(decided_reason) <= 500),
    ended_at_ms    BIGINT,
    CHECK ((ended_at_ms IS NULL) = (status IN ('open', 'answered'))),
    CHECK ((decision IS NOT NULL) = (status = 'decided'))
);
CREATE UNIQUE INDEX market_dispute_running ON market_dispute (order_id)
    WHERE status IN ('open', 'answered');
CREATE INDEX market_dispute_queue ON market_dispute (status, opened_at_ms);

-- What both sides say and show; rows are only added.
CREATE TABLE market_evidence (
    id         TEXT   PRIMARY KEY,
    dispute_id TEXT   NOT NULL REFERENCES market_dispute (id),
    side       TEXT   NOT NULL CHECK (side IN ('buyer', 'shop')),
    person_id  TEXT   NOT NULL,
    text       TEXT   NOT NULL CHECK (length(text) <= 1000),
    media_id   TEXT,
    at_ms      BIGINT NOT NULL,
    CHECK (text <> '' OR media_id IS NOT NULL)
);
CREATE INDEX market_evidence_of_dispute ON market_evidence (dispute_id, at_ms, id);
