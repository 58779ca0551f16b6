package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

const number = "+8613800138000"

func claim(t *testing.T, s *store.Store, who bot.Conversation, number string, proven bool) (c store.PhoneClaim, me store.Client) {
	t.Helper()
	turn(t, s, who, func(tx *store.Tx) (err error) {
		if c, err = tx.ClaimPhone(number, proven); err != nil {
			return err
		}
		me, err = tx.Self("zh-CN")
		return err
	})
	return c, me
}

func owner(t *testing.T, s *store.Store, number string) (code string) {
	t.Helper()
	turn(t, s, li, func(tx *store.Tx) error {
		c, err := tx.FindByPhone(number)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		code = c.Code()
		return err
	})
	return code
}

func TestAPhoneBelongsToOneClient(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if got := owner(t, s, number); got != "" {
		t.Errorf("nobody has it, and %s is found", got)
	}
	first, me := claim(t, s, anna, number, false)
	if !first.Kept || first.Other.ID != 0 || owner(t, s, number) != me.Code() {
		t.Errorf("first claim: %+v", first)
	}
	if again, _ := claim(t, s, anna, number, false); !again.Kept {
		t.Errorf("the same client again: %+v", again)
	}
	if second, _ := claim(t, s, mei, number, false); !second.Kept || second.Other.ID != me.ID || owner(t, s, number) != me.Code() {
		t.Errorf("another client: %+v", second)
	}
	if second, _ := claim(t, s, mei, number, false); !second.Kept || second.Other.ID != 0 {
		t.Errorf("another client once more: %+v", second)
	}
	// Who proves it takes it from who only typed it, and keeps it.
	proven, other := claim(t, s, mei, number, true)
	if !proven.Kept || proven.Other.ID != me.ID || owner(t, s, number) != other.Code() {
		t.Errorf("proof against words: %+v", proven)
	}
	if back, _ := claim(t, s, anna, number, true); back.Other.ID != 0 || owner(t, s, number) != other.Code() {
		t.Errorf("proof against proof: %+v", back)
	}
	if again, _ := claim(t, s, mei, number, false); !again.Kept {
		t.Errorf("typed again: %+v", again)
	}
	turn(t, s, mei, func(tx *store.Tx) error {
		if _, proven, err := tx.Phone(other.ID); err != nil || !proven {
			t.Errorf("typing it again has undone the proof: %v", err)
		}
		for _, c := range []store.Client{me, other} {
			if got, _, err := tx.Phone(c.ID); err != nil || got != number {
				t.Errorf("%s has %q, %v", c.Code(), got, err)
			}
		}
		return tx.DropPhone()
	})
	if got := owner(t, s, number); got != "" {
		t.Errorf("dropped, and %s is found", got)
	}
}

// A number that two have given: nobody sees the second client until a colleague
// has found out whose it is.
func TestContestedPhone(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	_, first := claim(t, s, anna, number, false)
	_, second := claim(t, s, mei, number, false)
	for _, who := range []bot.Conversation{anna, mei} {
		turn(t, s, who, func(tx *store.Tx) error {
			return errors.Join(
				tx.NoteConsent(store.NewConsent{Kind: store.ConsentNotice, Answer: store.ConsentYes, Version: "1", Lang: "en", Words: "notice"}),
				tx.NoteConsent(store.NewConsent{Kind: store.ConsentShow, Answer: store.ConsentYes, Version: "1", Lang: "en", Words: "show"}))
		})
	}
	see := func(when string, c store.Client, rival int64, show bool) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) error {
			other, err := tx.PhoneRival(c.ID)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			may, err := tx.MayShow(c.ID)
			if other.ID != rival || may != show {
				t.Errorf("%s: the rival of %s is %d, may be shown %v", when, c.Code(), other.ID, may)
			}
			return err
		})
	}
	see("given", first, 0, true)
	see("given", second, first.ID, false)
	confirm := func(c store.Client) (claim store.PhoneClaim) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) error {
			mark, err := tx.PhoneMark(c.ID)
			if err == nil {
				claim, err = tx.ConfirmPhone(store.Staff{ID: 7}, c.ID, mark)
			}
			return err
		})
		return claim
	}
	if c := confirm(second); !c.Kept || c.Other.ID != first.ID {
		t.Errorf("called the second: %+v", c)
	}
	see("settled", first, second.ID, false)
	see("settled", second, 0, true)
	if c := confirm(first); c.Kept || c.Other.ID != second.ID {
		t.Errorf("called the first as well: %+v", c)
	}
	claim(t, s, mei, "+8613900139000", false)
	see("the second has another number", first, 0, true)
	if c := confirm(first); !c.Kept || c.Other.ID != 0 || owner(t, s, number) != first.Code() {
		t.Errorf("nobody else's any more: %+v", c)
	}
}

func TestAClientHasOneNumber(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	claim(t, s, anna, number, true)
	if c, _ := claim(t, s, anna, "+8613900139000", false); !c.Kept {
		t.Errorf("a new number: %+v", c)
	}
	if got := owner(t, s, number); got != "" {
		t.Errorf("the old number still finds %s", got)
	}
	if c, _ := claim(t, s, mei, number, false); !c.Kept {
		t.Errorf("the old number is not free: %+v", c)
	}
	for _, odd := range []string{"13800138000", "+86 138", "", "+0123456789", "+86138001380001234567"} {
		if err := tryTurn(t.Context(), s, bot.Event{From: anna, Kind: bot.Wrote}, func(tx *store.Tx) error {
			_, err := tx.ClaimPhone(odd, false)
			return err
		}); err == nil {
			t.Errorf("%q was taken for E.164", odd)
		}
	}
}

// Nobody can try out who is registered: after five numbers in a day every new one
// is refused, one that nobody has as well, and nothing is told of it.
func TestNobodyTriesNumbersOut(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	claim(t, s, mei, number, true)
	try := func(i int) store.PhoneClaim {
		c, _ := claim(t, s, anna, "+861390000000"+string([]byte{'0' + byte(i)}), false)
		return c
	}
	for i := range 5 {
		if c := try(i); !c.Kept {
			t.Errorf("number %d: %+v", i, c)
		}
	}
	if c := try(4); !c.Kept {
		t.Errorf("the one they have: %+v", c)
	}
	if c := try(5); c.Kept || c.Other.ID != 0 {
		t.Errorf("a sixth that nobody has: %+v", c)
	}
	if c, _ := claim(t, s, anna, number, false); c.Kept || c.Other.ID != 0 {
		t.Errorf("a seventh that somebody has: %+v", c)
	}
	if c, _ := claim(t, s, anna, "+8613900000009", true); !c.Kept {
		t.Errorf("one that is proven: %+v", c)
	}
	clock.Advance(25 * time.Hour)
	if c := try(6); !c.Kept {
		t.Errorf("the next day: %+v", c)
	}
}

// Two who claim one number at the same moment: one has it.
func TestClaimsCollide(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	one, two := storetest.Open(t, home), storetest.Open(t, home)
	var all sync.WaitGroup
	others := make([]bool, 8)
	for i := range others {
		all.Go(func() {
			s := map[bool]*store.Store{true: one, false: two}[i%2 == 0]
			who := bot.Conversation{Channel: "telegram", Chat: string(rune('a' + i))}
			c, _ := claim(t, s, who, number, false)
			others[i] = c.Other.ID != 0
		})
	}
	all.Wait()
	n := 0
	for _, other := range others {
		if !other {
			n++
		}
	}
	if n != 1 || owner(t, one, number) == "" {
		t.Errorf("%d have the number", n)
	}
}

// The index can be made anew under another secret; nothing of the old one is
// left, and every number is found.
func TestReindex(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	if n, err := s.Reindex(t.Context()); n != 0 || err != nil {
		t.Errorf("an empty house: %d, %v", n, err)
	}
	const people = 450 // more than two pages
	numberOf := func(i int) string {
		return "+86138" + string([]byte{'0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)}) + "00000"
	}
	for i := range people {
		claim(t, s, bot.Conversation{Channel: "telegram", Chat: numberOf(i)[1:]}, numberOf(i), false)
	}
	before := storetest.DumpOf(t, home, s).Column("phones.digest")
	if n, err := s.Reindex(t.Context()); n != people || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	after := storetest.DumpOf(t, home, s).Column("phones.digest")
	if len(before) != people || len(after) != people {
		t.Fatalf("%d digests before, %d after", len(before), len(after))
	}
	for _, d := range after {
		if slices.Contains(before, d) {
			t.Errorf("digest %s is as it was", d)
		}
	}
	for i := range people {
		if owner(t, s, numberOf(i)) == "" {
			t.Errorf("%s is not found any more", numberOf(i))
		}
	}
	if c, _ := claim(t, s, mei, numberOf(7), false); c.Other.ID == 0 {
		t.Error("a number was given away twice")
	}
	if n, err := s.Reindex(t.Context()); n != people || err != nil {
		t.Errorf("with a contested number: %d, %v", n, err)
	}
}

// A colleague confirms the number they were shown, not one that came after it.
func TestConfirmPhone(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	_, me := claim(t, s, anna, number, false)
	mark := func() (mark string) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) (err error) { mark, err = tx.PhoneMark(me.ID); return err })
		return mark
	}
	confirm := func(mark string) (ok, proven bool) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) (err error) {
			c, err := tx.ConfirmPhone(store.Staff{ID: 7}, me.ID, mark)
			if err == nil {
				_, proven, err = tx.Phone(me.ID)
			}
			ok = c.Kept
			return err
		})
		return ok, proven
	}
	old := mark()
	claim(t, s, anna, "+8613900139000", false)
	if ok, proven := confirm(old); ok || proven {
		t.Errorf("another number: confirmed %v, proven %v", ok, proven)
	}
	for range 2 {
		if ok, proven := confirm(mark()); !ok || !proven {
			t.Errorf("their number: confirmed %v, proven %v", ok, proven)
		}
	}
	if noted := listed(t, s, store.AuditQuery{Action: "read."}); len(noted) != 1 || noted[0] != "S-000007 read.confirmed "+me.Code() {
		t.Errorf("on record is %v", noted)
	}
	if second, _ := claim(t, s, mei, "+8613900139000", true); second.Other.ID != me.ID {
		t.Error("a confirmed number goes to another client")
	}
}
