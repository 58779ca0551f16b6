-- +goose Up
CREATE INDEX clients_by_person ON clients (person_id);

-- +goose Down
DROP INDEX clients_by_person ON clients;
