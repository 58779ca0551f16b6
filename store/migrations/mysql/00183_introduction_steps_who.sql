-- +goose Up
CREATE INDEX introduction_steps_who ON introduction_steps (client_id, id);

-- +goose Down
DROP INDEX introduction_steps_who ON introduction_steps;
