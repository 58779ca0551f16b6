package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// shoot has the client send n pictures for the profile, and keeps their content.
func shoot(t *testing.T, s *store.Store, who bot.Conversation, n int) (kept int, ids []bot.MediaID) {
	t.Helper()
	turn(t, s, who, func(tx *store.Tx) (err error) {
		ids = nil
		for range n {
			id, err := tx.Want(bot.Media{Kind: bot.Photo, Ref: "AgACAgQ"})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		kept, err = tx.AddPhotos(ids...)
		return err
	})
	for _, id := range ids {
		if err := s.KeepMedia(t.Context(), id, "image/jpeg", []byte("picture "+id)); err != nil {
			t.Fatal(err)
		}
	}
	return kept, ids
}

func photosOf(t *testing.T, s *store.Store, who bot.Conversation) (me store.Client, all []store.Photo, media []bot.MediaID) {
	t.Helper()
	turn(t, s, who, func(tx *store.Tx) (err error) {
		if me, err = tx.Self(""); err != nil {
			return err
		}
		all, err = tx.Photos(me.ID)
		return err
	})
	for _, p := range all {
		media = append(media, p.Media)
	}
	return me, all, media
}

func TestPhotosOfAProfile(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	_, ids := shoot(t, s, anna, 7)
	kept, more := shoot(t, s, anna, 4)
	if kept != 2 {
		t.Errorf("of 7 and 4, %d of the second were kept", kept)
	}
	want := append(slices.Clone(ids), more[:2]...)
	me, all, got := photosOf(t, s, anna)
	if !slices.Equal(got, want) {
		t.Errorf("photos %v, want %v", got, want)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		if ok, err := tx.MakeMain(all[3].ID); !ok || err != nil {
			t.Errorf("make main: %v, %v", ok, err)
		}
		if ok, err := tx.RemovePhoto(me.ID, all[0].ID); !ok || err != nil {
			t.Errorf("remove: %v, %v", ok, err)
		}
		if ok, err := tx.RemovePhoto(me.ID, all[0].ID); ok || err != nil {
			t.Errorf("remove again: %v, %v", ok, err)
		}
		return nil
	})
	// Nobody touches another's photos.
	turn(t, s, mei, func(tx *store.Tx) error {
		other, err := tx.Self("en")
		if err != nil {
			return err
		}
		if ok, err := tx.RemovePhoto(other.ID, all[1].ID); ok || err != nil {
			t.Errorf("another removed it: %v, %v", ok, err)
		}
		if ok, err := tx.MakeMain(all[1].ID); ok || err != nil {
			t.Errorf("another made it main: %v, %v", ok, err)
		}
		return nil
	})
	_, _, got = photosOf(t, s, anna)
	if want := append([]bot.MediaID{ids[3], ids[1], ids[2]}, want[4:]...); !slices.Equal(got, want) {
		t.Errorf("photos %v, want %v", got, want)
	}
	gone := append([]bot.MediaID{ids[0]}, more[2:]...)
	swept(t, s, home, gone)
}

// swept checks that pictures are gone with their files, and the others are not.
func swept(t *testing.T, s *store.Store, home store.Config, gone []bot.MediaID) {
	t.Helper()
	for _, id := range gone { // before they are erased they cannot be opened
		if _, _, err := s.OpenMedia(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a forgotten picture: %v", err)
		}
	}
	// Those that came too late for the profile were never kept.
	if n, err := s.SweepMedia(t.Context(), 99); err != nil || n != len(gone) {
		t.Errorf("%d swept, %v; want %d", n, err, len(gone))
	}
	for _, id := range gone {
		if _, err := os.Stat(filepath.Join(home.Media, string(id)[:2], string(id))); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file of a forgotten picture: %v", err)
		}
		if found := storetest.DumpOf(t, home, s).Column("media.id"); slices.Contains(found, string(id)) {
			t.Error("a forgotten picture is still in the table")
		}
	}
}

// A picture that is forgotten while it is being fetched does not come back.
func TestForgottenWhileFetched(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	for _, sweepFirst := range []bool{true, false} {
		var id bot.MediaID
		turn(t, s, anna, func(tx *store.Tx) (err error) { id, err = tx.Want(bot.Media{Kind: bot.Photo, Ref: "r"}); return err })
		turn(t, s, anna, func(tx *store.Tx) error { return tx.ForgetMedia(id) })
		if sweepFirst {
			if _, err := s.SweepMedia(t.Context(), 9); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.KeepMedia(t.Context(), id, "image/jpeg", []byte("late")); err != nil {
			t.Error(err)
		}
		if _, err := s.SweepMedia(t.Context(), 9); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(home.Media, string(id)[:2], string(id))); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("sweep first %v: the file is there: %v", sweepFirst, err)
		}
		if _, _, err := s.OpenMedia(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("sweep first %v: it opens: %v", sweepFirst, err)
		}
	}
}

func TestPhotoLinks(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	enrol(t, s, li, store.RoleMatchmaker, "王红娘")
	shoot(t, s, anna, 1)
	me, all, _ := photosOf(t, s, anna)
	var token string
	turn(t, s, li, func(tx *store.Tx) (err error) {
		token, err = tx.PhotoLink(all[0], "S-000001", clock.Now().Add(time.Hour))
		return err
	})
	refused := func(why, token string) {
		t.Helper()
		if id, err := s.OpenPhotoLink(t.Context(), token); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %q, %v", why, id, err)
		}
	}
	if id, err := s.OpenPhotoLink(t.Context(), token); err != nil || id != all[0].For("S-000001") {
		t.Errorf("opened %q, %v", id, err)
	}
	for i := range token {
		refused("changed", token[:i]+string(token[i]^1)+token[i+1:])
	}
	refused("empty", "")
	refused("long", string(make([]byte, 5000)))
	clock.Advance(time.Hour - time.Millisecond)
	if _, err := s.OpenPhotoLink(t.Context(), token); err != nil {
		t.Errorf("a moment before its end: %v", err)
	}
	clock.Advance(time.Millisecond)
	refused("its time is over", token)
	clock.Advance(-time.Hour)
	if err := s.RevokeStaff(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	refused("its viewer has left", token)
	enrol(t, s, li, store.RoleMatchmaker, "王红娘")
	turn(t, s, anna, func(tx *store.Tx) error { _, err := tx.RemovePhoto(me.ID, all[0].ID); return err })
	refused("the photo is gone", token)
}

// Colleagues see a client's photos while the client agrees to the notice, other
// clients only with the consent to be shown besides; each sees them marked.
func TestWhoMayLook(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	_, ids := shoot(t, s, anna, 1)
	me, _, _ := photosOf(t, s, anna)
	said := func(kind store.ConsentKind, answer store.ConsentAnswer) {
		t.Helper()
		turn(t, s, anna, func(tx *store.Tx) error {
			return tx.NoteConsent(store.NewConsent{Kind: kind, Answer: answer, Version: "1", Lang: "en", Words: "?"})
		})
	}
	see := func(colleague, other bool) {
		t.Helper()
		turn(t, s, mei, func(tx *store.Tx) error {
			for viewer, may := range map[string]bool{"S-000001": colleague, "K-000077": other} {
				got, err := tx.PhotosFor(me.ID, viewer)
				if err != nil || may && !slices.Equal(got, []bot.MediaID{ids[0].For(viewer)}) || !may && len(got) > 0 {
					t.Errorf("%s may look: %v; sees %v, %v", viewer, may, got, err)
				}
			}
			return nil
		})
	}
	see(false, false)
	said(store.ConsentShow, store.ConsentYes)
	see(false, false)
	said(store.ConsentNotice, store.ConsentYes)
	see(true, true)
	said(store.ConsentShow, store.ConsentWithdrawn)
	see(true, false)
	said(store.ConsentNotice, store.ConsentWithdrawn)
	see(false, false)
}

func TestWhyAPictureWasLost(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	why := func(id bot.MediaID) (reason string) {
		t.Helper()
		turn(t, s, anna, func(tx *store.Tx) (err error) { reason, err = tx.WhyLost(id); return err })
		return reason
	}
	_, ids := shoot(t, s, anna, 2)
	p, err := s.Picture(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LoseMedia(t.Context(), p, store.LostTooBig); err != nil {
		t.Fatal(err)
	}
	if got := why(ids[0]); got != store.LostTooBig {
		t.Errorf("lost because %q", got)
	}
	if got := why(ids[1]); got != "" {
		t.Errorf("it is there, and lost because %q", got)
	}
	// What is lost is no photo of the profile any more.
	if _, _, got := photosOf(t, s, anna); !slices.Equal(got, ids[1:]) {
		t.Errorf("photos %v, want %v", got, ids[1:])
	}
}
