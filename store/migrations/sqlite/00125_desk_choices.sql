-- +goose Up
CREATE TABLE desk_choices (
  question_id BIGINT NOT NULL,
  n           BIGINT NOT NULL,
  handoff_id  BIGINT NOT NULL,
  PRIMARY KEY (question_id, n)
);
CREATE INDEX desk_choices_of ON desk_choices (handoff_id);

-- +goose Down
DROP TABLE desk_choices;
