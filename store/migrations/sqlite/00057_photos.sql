-- +goose Up
CREATE TABLE photos (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  place     INTEGER NOT NULL,
  media_id  TEXT NOT NULL,
  added_at  BIGINT NOT NULL
);
CREATE INDEX photos_of ON photos (client_id, place);

-- +goose Down
DROP TABLE photos;
