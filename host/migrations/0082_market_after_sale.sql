-- Requests for money back, each an object of its own with a deadline for the shop's answer.
CREATE TABLE market_refund (
    id             TEXT   PRIMARY KEY,
    order_id       TEXT   NOT NULL REFERENCES market_order (id),
    reason         TEXT   NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    status         TEXT   NOT NULL CHECK (status IN (
        'asked', 'accepted', 'declined', 'withdrawn')),
    answer         TEXT   NOT NULL DEFAULT '' CHECK (length(answer) <= 500),
    asked_at_ms    BIGINT NOT NULL,
    answered_at_ms BIGINT,
    CHECK ((answered_at_ms IS NULL) = (status = 'asked'))
);
-- An order has one open request at a time.
CREATE UNIQUE INDEX market_refund_open ON market_refund (order_id) WHERE status = 'asked';
CREATE INDEX market_refund_of_order ON market_refund (order_id, asked_at_ms);

-- What happens to an order by itself, and when.  Timers are rows, so a restart forgets none; a
-- timer that is no longer wanted is deleted in the commit that makes it unwanted.
CREATE TABLE market_timer (
    order_id  TEXT   NOT NULL REFERENCES market_order (id),
    kind      TEXT   NOT NULL CHECK (kind IN (
        'expire', 'return_unsent', 'confirm', 'close', 'accept_refund')),
    due_at_ms BIGINT NOT NULL,
    PRIMARY KEY (order_id, kind)
);
CREATE INDEX market_timer_due ON market_timer (due_at_ms);
