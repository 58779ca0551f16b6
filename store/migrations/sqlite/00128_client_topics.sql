-- +goose Up
CREATE TABLE client_topics (
  client_id    BIGINT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL
);
CREATE INDEX client_topics_at ON client_topics (conversation);

-- +goose Down
DROP TABLE client_topics;
