-- Red packets.  Their money lies in one control account each, which ends at zero.  All shares are
-- drawn and shuffled when the packet is made, so who opens gets what lies on top: nobody can choose,
-- and nothing about a share is told before somebody opened it.
CREATE TABLE wallet_packet (
    id             TEXT   PRIMARY KEY,
    sender_id      TEXT   NOT NULL,
    -- Where it was sent: who is there may open it.
    circle_id      TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('equal', 'lucky')),
    currency       TEXT   NOT NULL CHECK (length(currency) = 3),
    total_minor    BIGINT NOT NULL CHECK (total_minor BETWEEN 1 AND 500000),
    share_count    BIGINT NOT NULL CHECK (share_count BETWEEN 1 AND 100),
    opened_count   BIGINT NOT NULL DEFAULT 0,
    opened_minor   BIGINT NOT NULL DEFAULT 0,
    returned_minor BIGINT NOT NULL DEFAULT 0,
    greeting       TEXT   NOT NULL,
    status         TEXT   NOT NULL CHECK (status IN ('open', 'empty', 'returned')),
    created_at_ms  BIGINT NOT NULL,
    expires_at_ms  BIGINT NOT NULL,
    ended_at_ms    BIGINT,
    CHECK (total_minor >= share_count),
    CHECK (opened_count BETWEEN 0 AND share_count),
    CHECK (opened_minor + returned_minor <= total_minor),
    CHECK (status = 'open' OR opened_minor + returned_minor = total_minor),
    CHECK ((status = 'empty') = (opened_count = share_count)),
    CHECK ((status = 'open') = (ended_at_ms IS NULL))
);
CREATE INDEX wallet_packet_due ON wallet_packet (expires_at_ms) WHERE status = 'open';
CREATE INDEX wallet_packet_sent ON wallet_packet (sender_id) WHERE status = 'open';

CREATE TABLE wallet_packet_share (
    packet_id    TEXT   NOT NULL REFERENCES wallet_packet (id),
    position     BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 1),
    person_id    TEXT,
    opened_at_ms BIGINT,
    PRIMARY KEY (packet_id, position),
    CHECK ((person_id IS NULL) = (opened_at_ms IS NULL))
);
-- Everybody opens a packet once, whatever the code believes.
CREATE UNIQUE INDEX wallet_packet_share_once ON wallet_packet_share (packet_id, person_id)
    WHERE person_id IS NOT NULL;
