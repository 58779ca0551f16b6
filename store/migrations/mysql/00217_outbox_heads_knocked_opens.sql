-- +goose Up
ALTER TABLE outbox_heads ADD COLUMN knocked_opens BIGINT NOT NULL DEFAULT -1;

-- +goose Down
ALTER TABLE outbox_heads DROP COLUMN knocked_opens;
