-- +goose Up
ALTER TABLE clients ADD COLUMN person_id BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE clients DROP COLUMN person_id;
