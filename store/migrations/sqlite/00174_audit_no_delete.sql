-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is not removed'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER audit_no_delete;
