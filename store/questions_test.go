package store_test

import (
	"errors"
	"testing"
	"time"

	"redthread/store"
	"redthread/store/storetest"
)

func TestQuestions(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	me, other := enrol(t, s, mei, store.RoleMatchmaker, "王红娘"), enrol(t, s, li, store.RoleService, "小李")
	turn(t, s, anna, func(tx *store.Tx) error {
		promised := tx.Now().Add(time.Hour).Truncate(time.Millisecond)
		q, err := tx.AskQuestion("zh-CN", "要带什么", promised)
		if err != nil || q.Number() != "Q-000001" || q.Words != "要带什么" || !q.Open() || !q.PromisedAt.Equal(promised) {
			t.Errorf("asked %+v, %v", q, err)
		}
		if _, taken, err := tx.TakeQuestion("Q-000001", me, false); !taken || err != nil {
			t.Errorf("nobody had it: %v, %v", taken, err)
		}
		if q, taken, err := tx.TakeQuestion("Q-000001", other, false); taken || q.Owner.ID != me.ID || err != nil {
			t.Errorf("taken twice: %+v, %v", q, err)
		}
		if _, answered, err := tx.AnswerQuestion("Q-000001", other, "不用", false); answered || err != nil {
			t.Errorf("answered by who did not take it: %v", err)
		}
		if _, left, err := tx.LeaveQuestion("Q-000001", other); left || err != nil {
			t.Errorf("left by who did not have it: %v", err)
		}
		if q, left, err := tx.LeaveQuestion("Q-000001", me); !left || q.Owner.ID != 0 || err != nil {
			t.Errorf("left: %+v, %v", q, err)
		}
		if q, delayed, err := tx.DelayQuestion("Q-000001", promised.Add(time.Hour)); !delayed || q.Delays != 1 || !q.PromisedAt.Equal(promised.Add(time.Hour)) || err != nil {
			t.Errorf("delayed: %+v, %v", q, err)
		}
		if q, answered, err := tx.AnswerQuestion("Q-000001", other, "身份证", false); !answered || q.Answer != "身份证" || q.Owner.ID != other.ID || err != nil {
			t.Errorf("answered: %+v, %v", q, err)
		}
		if q, answered, err := tx.AnswerQuestion("Q-000001", me, "户口本", true); answered || q.Answer != "身份证" || err != nil {
			t.Errorf("answered twice: %+v, %v", q, err)
		}
		if _, delayed, err := tx.DelayQuestion("Q-000001", promised); delayed || err != nil {
			t.Errorf("an answered question was put off: %v", err)
		}
		for _, none := range []string{"Q-000002", "C-000001", "Q-1", ""} {
			if _, err := tx.Question(none); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("question %q: %v", none, err)
			}
		}
		if all, err := tx.OpenQuestions(5); len(all) != 0 || err != nil {
			t.Errorf("open: %+v, %v", all, err)
		}
		return nil
	})
}

// Who leaves the agency gives back what they have not answered.
func TestQuestionsOfWhoLeaves(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	me := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	turn(t, s, anna, func(tx *store.Tx) error {
		if _, err := tx.AskQuestion("zh-CN", "要带什么", tx.Now()); err != nil {
			return err
		}
		_, _, err := tx.TakeQuestion("Q-000001", me, false)
		return err
	})
	if err := s.RevokeStaff(t.Context(), me.ID); err != nil {
		t.Fatal(err)
	}
	due, err := s.DueTimers(t.Context(), 10)
	if err != nil || len(due) != 1 || due[0].From != anna || due[0].Text != store.QuestionUntaken+":Q-000001" {
		t.Errorf("due %+v, %v", due, err)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		all, err := tx.OpenQuestions(5)
		if len(all) != 1 || all[0].Owner.ID != 0 {
			t.Errorf("open: %+v", all)
		}
		return err
	})
}
