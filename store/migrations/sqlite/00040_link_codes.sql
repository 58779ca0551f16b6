-- +goose Up
CREATE TABLE link_codes (
  digest     TEXT NOT NULL PRIMARY KEY,
  client_id  BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX link_codes_of ON link_codes (client_id);

-- +goose Down
DROP TABLE link_codes;
