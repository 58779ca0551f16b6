package store_test

import (
	"errors"
	"fmt"
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

// A link to a photo opens for a client while whoever is on it is being introduced to
// them and agrees to be shown; not before they have heard of it, and not once it is
// over.
func TestPhotoLinksOfWhoIsIntroduced(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	var photo store.Photo
	turn(t, c.s, c.him, func(tx *store.Tx) error {
		id, err := tx.Want(bot.Media{Kind: bot.Photo, Ref: "p"})
		if err != nil {
			return err
		}
		if _, err := tx.AddPhotos(id); err != nil {
			return err
		}
		all, err := tx.Photos(c.b)
		if len(all) == 1 {
			photo = all[0]
		}
		return err
	})
	opens := func(when string, want bool) {
		t.Helper()
		var token string
		her := fmt.Sprintf("K-%06d", c.a)
		turn(t, c.s, mei, func(tx *store.Tx) (err error) {
			token, err = tx.PhotoLink(photo, her, tx.Now().Add(time.Hour))
			return err
		})
		id, err := c.s.OpenPhotoLink(t.Context(), token)
		if _, viewer := id.Viewer(); want && (err != nil || viewer != her) || !want && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %q, %v; want it to open: %v", when, id, err, want)
		}
	}
	opens("nobody has introduced them", false)
	other := enrol(t, c.s, bot.Conversation{Channel: "telegram", Chat: "91"}, store.RoleMatchmaker, "秦红娘")
	i, _ := c.introduce(other)
	opens("she has not heard of it", false)
	turn(t, c.s, mei, func(tx *store.Tx) error { _, _, _, err := tx.AgreeIntroduction(i.Number(), other, week); return err })
	opens("she is asked", true)
	turn(t, c.s, c.him, func(tx *store.Tx) error { return agrees(tx, store.ConsentShow, store.ConsentWithdrawn) })
	opens("he is not to be shown any more", false)
	turn(t, c.s, c.him, func(tx *store.Tx) error { return agrees(tx, store.ConsentShow, store.ConsentYes) })
	opens("he is again", true)
	turn(t, c.s, c.her, func(tx *store.Tx) error { _, _, err := tx.Decline(i.Number(), "later", ""); return err })
	opens("she has declined", false)
}
