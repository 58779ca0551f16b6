package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// A link to a file opens it to whom it was made for, while they are ours and its time
// runs; anything else opens nothing, and none says why.
func TestFileLinks(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	home := storetest.Home(t)
	home.Now = clock.Now
	s := storetest.Open(t, home)
	worker := enrol(t, s, li, store.RoleService, "小李")
	var forClient, forStaff string
	turn(t, s, mei, func(tx *store.Tx) error {
		if err := tx.Meet(); err != nil {
			return err
		}
		me, err := tx.Self("zh-CN")
		if err != nil {
			return err
		}
		id, err := tx.Want(bot.Media{Kind: bot.Voice, Ref: "v"})
		if err != nil {
			return err
		}
		l := store.FileLink{File: id, Name: strings.Repeat("长", 60) + ".pdf", Lang: "zh-CN"}
		if forClient, err = tx.FileLink(l, me.Code(), tx.Now().Add(time.Hour)); err != nil {
			return err
		}
		forStaff, err = tx.FileLink(l, worker.Code(), tx.Now().Add(time.Hour))
		return err
	})
	opens := func(token string, want bool) {
		t.Helper()
		l, err := s.OpenFileLink(t.Context(), token)
		if want && (err != nil || !strings.HasSuffix(l.Name, ".pdf") || l.Lang != "zh-CN" || l.File == "") || !want && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%+v, %v; want it to open: %v", l, err, want)
		}
	}
	opens(forClient, true)
	opens(forStaff, true)
	opens(forClient[:len(forClient)-2]+"AA", false)
	opens("", false)
	opens(strings.Repeat("A", 5000), false)
	if err := s.RevokeStaff(t.Context(), worker.ID); err != nil {
		t.Fatal(err)
	}
	opens(forStaff, false)
	opens(forClient, true)
	clock.Advance(time.Hour)
	opens(forClient, false)
}
