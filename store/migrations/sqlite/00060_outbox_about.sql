-- +goose Up
CREATE TABLE outbox_about (
  conversation TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  client_id    BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (conversation, seq, client_id)
);
CREATE INDEX outbox_about_of ON outbox_about (client_id);
CREATE INDEX outbox_about_by_time ON outbox_about (at);

-- +goose Down
DROP TABLE outbox_about;
