-- +goose Up
CREATE TABLE invites (
  digest     TEXT NOT NULL PRIMARY KEY,
  role       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at    BIGINT NOT NULL DEFAULT 0,
  used_by    TEXT NOT NULL DEFAULT ''
);

-- +goose Down
DROP TABLE invites;
