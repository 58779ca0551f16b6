-- +goose Up
ALTER TABLE outbox_heads ADD COLUMN knocked_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE outbox_heads DROP COLUMN knocked_at;
