-- +goose Up
ALTER TABLE clients ADD COLUMN owner_id BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE clients DROP COLUMN owner_id;
