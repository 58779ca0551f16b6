-- +goose Up
INSERT INTO timers (conversation, name, ref, due_at) SELECT conversation, 'digest', 'new', 1 FROM staff WHERE revoked_at = 0;

-- +goose Down
DELETE FROM timers WHERE name = 'digest';
