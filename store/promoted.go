package store

import (
	"context"
	"fmt"
	"time"
)

// Promotion is a colleague's answer to a client's open question that a
// supervisor has approved for everybody. It is not linked to the client who
// asked. The words are sealed all the same: they were written in private.
type Promotion struct {
	Ref     string // of the question it answers: "Q-000001"; a question is promoted once
	Lang    string
	Asked   string // the question
	Answer  string
	StaffID int64 // who approved it
	At      time.Time
	Filed   bool // it stands as a file in the agency's folder, where it may have been changed since
}

type promotedRow struct {
	ID         int64
	Ref        string
	Lang       string
	Asked      []byte
	Answer     []byte
	StaffID    int64
	PromotedAt int64
	FiledAt    int64
	RetiredAt  int64
}

func (promotedRow) TableName() string { return "promoted_answers" }

func promotedAskedPlace(ref string) string  { return "promoted_answers.asked|" + ref }
func promotedAnswerPlace(ref string) string { return "promoted_answers.answer|" + ref }

// Promote makes an answer one for everybody, from the next look of each process
// on. first is false when the question has been promoted before; nothing is
// changed then.
func (tx *Tx) Promote(p Promotion) (first bool, err error) {
	row := promotedRow{Ref: p.Ref, Lang: p.Lang, StaffID: p.StaffID, PromotedAt: millis(tx.now)}
	if row.Asked, err = tx.s.box.Seal(promotedAskedPlace(p.Ref), []byte(p.Asked)); err != nil {
		return false, err
	}
	if row.Answer, err = tx.s.box.Seal(promotedAnswerPlace(p.Ref), []byte(p.Answer)); err != nil {
		return false, err
	}
	db, err := tx.records()
	if err != nil {
		return false, err
	}
	if err = db.Create(&row).Error; isDuplicate(err) {
		return false, nil
	}
	return err == nil, wrap("promote an answer", err)
}

// PromotedMark changes whenever what Promoted gives does. It is cheap to ask.
func (s *Store) PromotedMark(ctx context.Context) (string, error) {
	var n, last, gone, filed int64
	err := s.read.QueryRowContext(ctx,
		"SELECT COUNT(*), COALESCE(MAX(id), 0), COALESCE(SUM(retired_at > 0), 0), COALESCE(SUM(filed_at > 0), 0) FROM promoted_answers").Scan(&n, &last, &gone, &filed)
	return fmt.Sprint(n, last, gone, filed), wrap("look at promoted answers", err)
}

// Promoted lists the promoted answers that are in use, the oldest first.
func (s *Store) Promoted(ctx context.Context) ([]Promotion, error) {
	var rows []promotedRow
	if err := s.orm.WithContext(ctx).Where("retired_at = 0").Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read promoted answers", err)
	}
	var all []Promotion
	for _, r := range rows {
		p := Promotion{Ref: r.Ref, Lang: r.Lang, StaffID: r.StaffID, At: fromMillis(r.PromotedAt), Filed: r.FiledAt > 0}
		asked, err := s.box.Open(promotedAskedPlace(r.Ref), r.Asked)
		if err != nil {
			return nil, err
		}
		answer, err := s.box.Open(promotedAnswerPlace(r.Ref), r.Answer)
		if err != nil {
			return nil, err
		}
		p.Asked, p.Answer = string(asked), string(answer)
		all = append(all, p)
	}
	return all, nil
}

// FilePromoted notes that the answer to ref has been written into the agency's
// folder. first is true for one caller only.
func (s *Store) FilePromoted(ctx context.Context, ref string) (first bool, err error) {
	n, err := affected(s.sql.ExecContext(ctx, "UPDATE promoted_answers SET filed_at = ? WHERE ref = ? AND filed_at = 0", millis(s.now()), ref))
	return n == 1, wrap("note a filed answer", err)
}

// RetirePromoted takes the answer to ref out of use. ErrNotFound: there is none
// in use.
func (s *Store) RetirePromoted(ctx context.Context, ref string) error {
	n, err := affected(s.sql.ExecContext(ctx, "UPDATE promoted_answers SET retired_at = ? WHERE ref = ? AND retired_at = 0", millis(s.now()), ref))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return wrap("retire an answer", err)
}
