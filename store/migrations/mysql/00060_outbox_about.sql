-- +goose Up
CREATE TABLE outbox_about (
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq          BIGINT NOT NULL,
  client_id    BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (conversation, seq, client_id),
  KEY outbox_about_of (client_id),
  KEY outbox_about_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE outbox_about;
