-- +goose Up
ALTER TABLE staff ADD COLUMN leave_until BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE staff DROP COLUMN leave_until;
