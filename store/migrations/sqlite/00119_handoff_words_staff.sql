-- +goose Up
ALTER TABLE handoff_words ADD COLUMN staff_id BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE handoff_words DROP COLUMN staff_id;
