-- A merchant is told of mandates as well as of orders: a notice is about one of the two.
ALTER TABLE payments_event ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE payments_event ADD COLUMN mandate_id TEXT REFERENCES payments_mandate (id);
ALTER TABLE payments_event ADD CHECK ((order_id IS NULL) <> (mandate_id IS NULL));
