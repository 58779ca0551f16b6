-- +goose Up
ALTER TABLE clients ADD COLUMN held_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE clients DROP COLUMN held_at;
