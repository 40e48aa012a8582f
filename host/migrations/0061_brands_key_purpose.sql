-- A merchant's server must not hold a key that uploads packages, nor a laptop one that learns who
-- has signed in: each key does one thing.
ALTER TABLE brands_upload_key ADD COLUMN purpose TEXT NOT NULL DEFAULT 'upload'
    CHECK (purpose IN ('upload', 'server'));
