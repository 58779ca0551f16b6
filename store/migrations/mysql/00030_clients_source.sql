-- +goose Up
-- What stood there was whatever a link carried; a source is one of ours, or none.
UPDATE clients SET source = '' WHERE source <> '';

-- +goose Down
SELECT 1;
