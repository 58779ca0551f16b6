-- +goose Up
ALTER TABLE threads ADD COLUMN ends_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE threads DROP COLUMN ends_at;
