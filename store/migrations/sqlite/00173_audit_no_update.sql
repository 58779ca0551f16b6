-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER audit_no_update;
