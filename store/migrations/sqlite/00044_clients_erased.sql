-- +goose Up
ALTER TABLE clients ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE clients DROP COLUMN erased_at;
