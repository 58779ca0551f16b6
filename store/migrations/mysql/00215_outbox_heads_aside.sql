-- +goose Up
ALTER TABLE outbox_heads ADD COLUMN aside_from BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE outbox_heads DROP COLUMN aside_from;
