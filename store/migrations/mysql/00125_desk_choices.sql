-- +goose Up
CREATE TABLE desk_choices (
  question_id BIGINT NOT NULL,
  n           BIGINT NOT NULL,
  handoff_id  BIGINT NOT NULL,
  PRIMARY KEY (question_id, n),
  KEY desk_choices_of (handoff_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE desk_choices;
