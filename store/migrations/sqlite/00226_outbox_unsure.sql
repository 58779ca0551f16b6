-- +goose Up
ALTER TABLE outbox ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE outbox DROP COLUMN unsure;
