-- What went wrong in a mini-program and what it logged, for its merchant.
CREATE TABLE bridge_log (
    id         TEXT   PRIMARY KEY,
    program_id TEXT   NOT NULL,
    version_id TEXT   NOT NULL,
    level      TEXT   NOT NULL CHECK (level IN ('info', 'error')),
    page       TEXT   NOT NULL,
    handler    TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    message    TEXT   NOT NULL,
    file       TEXT   NOT NULL,
    line       BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL
);

CREATE INDEX bridge_log_program ON bridge_log (program_id, at_ms);
