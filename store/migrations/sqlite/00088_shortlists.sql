-- +goose Up
CREATE TABLE shortlists (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  other_id  BIGINT NOT NULL,
  staff_id  BIGINT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX shortlists_once ON shortlists (client_id, other_id);
CREATE INDEX shortlists_with ON shortlists (other_id);

-- +goose Down
DROP TABLE shortlists;
