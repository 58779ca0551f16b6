package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

var (
	bob    = bot.Conversation{Channel: "wechat", Chat: "bob"}
	carlos = bot.Conversation{Channel: "telegram", Chat: "77"}
)

// proposed is a date of anna's and bo's with two times.
func proposed(t *testing.T, s *store.Store) (ref string) {
	t.Helper()
	by := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	var one store.Client
	turn(t, s, anna, func(tx *store.Tx) (err error) { one, err = tx.Self("zh-CN"); return err })
	turn(t, s, bob, func(tx *store.Tx) error {
		other, err := tx.Self("zh-CN")
		if err != nil {
			return err
		}
		d, err := tx.ProposeDate(store.NewDate{
			Introduction: 7, A: one, B: other, By: by, Place: store.DatePlace{Name: "湖畔茶室", Address: "湖边路 1 号", Lat: 30.25, Lng: 120.15}, Zone: time.UTC, For: 2 * time.Hour,
			Slots: []time.Time{tx.Now().Add(48 * time.Hour).Truncate(time.Hour), tx.Now().Add(72 * time.Hour).Truncate(time.Hour)},
		})
		ref = d.Number()
		return err
	})
	return ref
}

func TestDates(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ref := proposed(t, s)
	turn(t, s, anna, func(tx *store.Tx) error {
		d, err := tx.Date(ref)
		if err != nil || d.State != store.DateAsked || d.Round != 1 || len(d.Slots) != 2 || d.Place.Name != "湖畔茶室" || d.By.Name != "王红娘" {
			t.Fatalf("%+v, %v", d, err)
		}
		side, ok := d.SideOf(d.Sides[1].Client.ID)
		if !ok || side != 1 || side.Other() != 0 {
			t.Errorf("bo is on side %v, %v", side, ok)
		}
		if _, ok := d.SideOf(999); ok {
			t.Error("somebody else has a side")
		}
		if err := tx.Pick(&d, 0, 1, true); err != nil {
			return err
		}
		if _, ok := d.Chosen(); ok {
			t.Error("what suits one suits both")
		}
		if err := tx.Pick(&d, 1, 1, true); err != nil {
			return err
		}
		at, ok := d.Chosen()
		if !ok || !at.Equal(d.Slots[1].At) {
			t.Errorf("chosen %v, %v", at, ok)
		}
		if err := tx.Pick(&d, 1, 2, true); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a time that nobody proposed: %v", err)
		}
		if err := tx.FixDate(&d, at); err != nil {
			return err
		}
		d.Sides[0].Confirmed = tx.Now()
		if err := errors.Join(tx.SaveDate(&d), tx.NoteDate(d, store.DateStep{Kind: "moved", Side: 0, Code: "ill", Words: "孩子发烧"})); err != nil {
			return err
		}
		again, err := tx.Date(ref)
		steps, err2 := tx.DateSteps(d)
		if err != nil || again.State != store.DateFixed || !again.At.Equal(at) || again.Sequence != 2 || again.Sides[0].Confirmed.IsZero() || !again.Sides[1].Confirmed.IsZero() {
			t.Errorf("kept %+v, %v", again, err)
		}
		if err2 != nil || len(steps) != 1 || steps[0].Words != "孩子发烧" || steps[0].Side != 0 {
			t.Errorf("steps %+v, %v", steps, err2)
		}
		for _, none := range []string{"M-000099", "Y-000001", "M-1", ""} {
			if _, err := tx.Date(none); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("date %q: %v", none, err)
			}
		}
		return nil
	})
}

// Nobody is expected in two places: whoever is refused keeps what they had.
func TestDatesDoNotOverlap(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ref := proposed(t, s)
	turn(t, s, carlos, func(tx *store.Tx) error {
		d, err := tx.Date(ref)
		if err != nil {
			return err
		}
		at := d.Slots[0].At
		if err := tx.FixDate(&d, at); err != nil {
			return err
		}
		third, err := tx.Self("en")
		if err != nil {
			return err
		}
		for after, clash := range map[time.Duration]bool{0: true, -119 * time.Minute: true, 119 * time.Minute: true, 2 * time.Hour: false, -2 * time.Hour: false} {
			other, err := tx.ProposeDate(store.NewDate{Introduction: 8, A: d.Sides[1].Client, B: third, Place: d.Place, Zone: time.UTC, For: 2 * time.Hour, Slots: []time.Time{at.Add(after)}})
			if err != nil {
				return err
			}
			if err := tx.FixDate(&other, at.Add(after)); errors.Is(err, store.ErrClash) != clash {
				t.Errorf("%v after the first: %v", after, err)
			}
			if clash != (other.State == store.DateAsked) {
				t.Errorf("%v after the first it stands at %s", after, other.State)
			}
			other.State = store.DateOff
			if err := tx.SaveDate(&other); err != nil {
				return err
			}
		}
		near, err := tx.DateNear(d.Sides[0].Client.ID, at.Add(-time.Hour), at.Add(time.Hour))
		if err != nil || near.ID != d.ID {
			t.Errorf("near it: %+v, %v", near, err)
		}
		if _, err := tx.DateNear(third.ID, at.Add(-time.Hour), at.Add(time.Hour)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("near somebody else's: %v", err)
		}
		n, err := tx.DatesBetween(at.Truncate(24*time.Hour), at.Truncate(24*time.Hour).Add(24*time.Hour), 0)
		if n != 1 || err != nil {
			t.Errorf("%d on that day, %v", n, err)
		}
		return nil
	})
}

// What is said after a date is kept by side, sealed, and the last word counts.
func TestFeedback(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	ref := proposed(t, s)
	turn(t, s, anna, func(tx *store.Tx) error {
		d, err := tx.Date(ref)
		if err != nil {
			return err
		}
		for i, words := range []string{"话不多", "一直谈钱"} {
			first, err := tx.GiveFeedback(d, 0, store.Feedback{Rating: 2, Again: "no", Off: []string{"money"}, Words: words})
			if err != nil || first != (i == 0) {
				t.Errorf("said %d times: %v, %v", i+1, first, err)
			}
		}
		both, err := tx.FeedbackOf(d)
		if err != nil || both[0] == nil || both[0].Words != "一直谈钱" || !slices.Equal(both[0].Off, []string{"money"}) || both[1] != nil {
			t.Errorf("kept %+v, %v", both, err)
		}
		d.Sides[0].Missed = true
		if err := tx.SaveDate(&d); err != nil {
			return err
		}
		if n, err := tx.NoShows(d.Sides[0].Client.ID); n != 1 || err != nil {
			t.Errorf("anna has missed %d, %v", n, err)
		}
		if n, err := tx.NoShows(d.Sides[1].Client.ID); n != 0 || err != nil {
			t.Errorf("bo has missed %d, %v", n, err)
		}
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return err
		}
		none, err := tx.ZoneOf(d.Sides[0].Client.ID)
		if none != nil || err != nil {
			t.Errorf("a zone from nowhere: %v, %v", none, err)
		}
		if err := tx.SetZone(d.Sides[0].Client.ID, berlin); err != nil {
			return err
		}
		zone, err := tx.ZoneOf(d.Sides[0].Client.ID)
		if err != nil || zone.String() != "Europe/Berlin" {
			t.Errorf("zone %v, %v", zone, err)
		}
		return tx.NoteDate(d, store.DateStep{Kind: "cancelled", Side: 0, Words: "不想去了"})
	})
	storetest.InClear(t, home, s, "湖畔茶室", "湖边路", "一直谈钱", "不想去了")
	kept, err := s.Kept(t.Context(), 1)
	if err != nil || len(kept.Dates) != 1 || kept.Dates[0].Feedback == nil || kept.Zone != "Europe/Berlin" {
		t.Errorf("anna's copy tells %+v, %v", kept.Dates, err)
	}
	if kept, err := s.Kept(t.Context(), 2); err != nil || len(kept.Dates) != 1 || kept.Dates[0].Feedback != nil {
		t.Errorf("bo's copy tells %+v, %v", kept.Dates, err)
	}
}

// Two words for help are one call.
func TestSOS(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ref := proposed(t, s)
	turn(t, s, anna, func(tx *store.Tx) error {
		d, err := tx.Date(ref)
		if err != nil {
			return err
		}
		c := d.Sides[0].Client
		call, first, err := tx.CallSOS(c, d)
		if err != nil || !first || call.Number() != "U-000001" || call.State != store.SOSOpen {
			t.Fatalf("%+v, %v, %v", call, first, err)
		}
		again, first, err := tx.CallSOS(c, d)
		if err != nil || first || again.ID != call.ID {
			t.Errorf("called again: %+v, %v, %v", again, first, err)
		}
		call.State, call.Outcome, call.By, call.ClosedAt = store.SOSClosed, "safe", d.By, tx.Now()
		if err := tx.SaveSOS(call); err != nil {
			return err
		}
		if closed, err := tx.SOS("U-000001"); err != nil || closed.State != store.SOSClosed || closed.By.ID != d.By.ID {
			t.Errorf("kept %+v, %v", closed, err)
		}
		if next, first, err := tx.CallSOS(c, d); err != nil || !first || next.ID == call.ID {
			t.Errorf("after the end: %+v, %v, %v", next, first, err)
		}
		return nil
	})
}
