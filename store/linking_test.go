package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
)

func linkCode(t *testing.T, s *store.Store, c bot.Conversation) (code string) {
	t.Helper()
	turn(t, s, c, func(tx *store.Tx) (err error) {
		code, err = tx.NewLinkCode("zh-CN", 10*time.Minute)
		return err
	})
	return code
}

// join links two chats and gives the number that is no more.
func join(t *testing.T, s *store.Store, there, here bot.Conversation) (was string) {
	t.Helper()
	code := linkCode(t, s, there)
	turn(t, s, here, func(tx *store.Tx) error {
		offer, err := tx.CheckLinkCode(code)
		if err == nil {
			_, _, was, err = tx.Link(offer, "zh-CN")
		}
		return err
	})
	return was
}

func self(t *testing.T, s *store.Store, c bot.Conversation) (me store.Client) {
	t.Helper()
	turn(t, s, c, func(tx *store.Tx) (err error) {
		me, err = tx.Self("zh-CN")
		return err
	})
	return me
}

func consent(t *testing.T, s *store.Store, c bot.Conversation, k store.ConsentKind, a store.ConsentAnswer) {
	t.Helper()
	turn(t, s, c, func(tx *store.Tx) error {
		return tx.NoteConsent(store.NewConsent{Kind: k, Answer: a, Version: "1", Lang: "zh-CN", Words: "同意吗？"})
	})
}

func given(t *testing.T, s *store.Store, c bot.Conversation, k store.ConsentKind) (ok bool) {
	t.Helper()
	turn(t, s, c, func(tx *store.Tx) error {
		me, err := tx.Self("zh-CN")
		if err != nil {
			return err
		}
		answer, err := tx.Consent(me.ID, k)
		ok = answer.Given()
		return err
	})
	return ok
}

// Chats that were linked are one client, with the older number; what was filed
// in one is listed in the other, and answered where it was filed.
func TestLink(t *testing.T) {
	t.Parallel()
	s, _ := clockedStore(t)
	older, younger := self(t, s, anna), self(t, s, li)
	consent(t, s, anna, store.ConsentNotice, store.ConsentYes)
	if was := join(t, s, anna, li); was != younger.Code() {
		t.Errorf("%s is no more, want %s", was, younger.Code())
	}
	me := self(t, s, li)
	if me.Code() != older.Code() || me.Chat != younger.Chat || me.Conversation != li {
		t.Errorf("linked: %+v", me)
	}
	if !given(t, s, li, store.ConsentNotice) {
		t.Error("the consent of one chat is not there in the other")
	}
	c := file(t, s, li)
	if c.Client.Code() != older.Code() || c.Client.Conversation != li {
		t.Errorf("filed by %+v", c.Client)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		all, err := tx.Complaints(5)
		if err == nil && (len(all) != 1 || all[0].Client.Conversation != li) {
			t.Errorf("listed: %+v", all)
		}
		return err
	})
	consent(t, s, li, store.ConsentNotice, store.ConsentWithdrawn)
	if given(t, s, anna, store.ConsentNotice) {
		t.Error("a consent that was withdrawn in one chat still holds in the other")
	}
}

// A code is good once, for its time, and not for a colleague.
func TestLinkCodes(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	check := func(c bot.Conversation, code string) (offer store.LinkOffer, err error) {
		turn(t, s, c, func(tx *store.Tx) error {
			offer, err = tx.CheckLinkCode(code)
			return nil
		})
		return offer, err
	}
	old := linkCode(t, s, anna)
	code := linkCode(t, s, anna)
	if _, err := check(li, old); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the code before: %v", err)
	}
	offer, err := check(li, strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	if err != nil || offer.Channel != anna.Channel {
		t.Fatalf("%+v, %v", offer, err)
	}
	if strings.Contains(offer.Digest, code[3:8]) {
		t.Error("the digest shows the code")
	}
	clock.Advance(10 * time.Minute)
	if _, err := check(li, code); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired code: %v", err)
	}
	offer, _ = check(li, linkCode(t, s, anna))
	link := func(c bot.Conversation) error {
		return tryTurn(t.Context(), s, bot.Event{From: c, Kind: bot.Wrote}, func(tx *store.Tx) error {
			_, _, _, err := tx.Link(offer, "zh-CN")
			return err
		})
	}
	enrol(t, s, li, store.RoleService, "小李")
	if err := link(li); !errors.Is(err, store.ErrColleague) {
		t.Errorf("a colleague: %v", err)
	}
	if err := link(mei); err != nil {
		t.Error(err)
	}
	if err := link(mei); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("used twice: %v", err)
	}
}

// Undoing a link gives each side back what was theirs, with the chats that had
// been joined to it before.
func TestUnlink(t *testing.T) {
	t.Parallel()
	s, _ := clockedStore(t)
	first, second, third := self(t, s, anna), self(t, s, mei), self(t, s, li)
	consent(t, s, mei, store.ConsentShow, store.ConsentYes)
	join(t, s, mei, li)
	join(t, s, li, anna)
	for _, c := range []bot.Conversation{anna, mei, li} {
		if me := self(t, s, c); me.ID != first.ID || !given(t, s, c, store.ConsentShow) {
			t.Errorf("%v is %s", c, me.Code())
		}
	}
	again, err := s.Unlink(t.Context(), first.Code())
	if err != nil || again != second.Code() {
		t.Fatalf("%s, %v", again, err)
	}
	if self(t, s, anna).ID != first.ID || self(t, s, mei).ID != second.ID || self(t, s, li).ID != second.ID {
		t.Error("the chats did not go back to whom they had belonged")
	}
	if given(t, s, anna, store.ConsentShow) || !given(t, s, li, store.ConsentShow) {
		t.Error("the consents did not go back")
	}
	if again, err := s.Unlink(t.Context(), second.Code()); err != nil || again != third.Code() {
		t.Errorf("%s, %v", again, err)
	}
	for _, nobody := range []string{first.Code(), third.Code(), "K-000099", "C-000001"} {
		if _, err := s.Unlink(t.Context(), nobody); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", nobody, err)
		}
	}
}
