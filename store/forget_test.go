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

const lastWords = "再见甲乙丙"

func farewell(e store.Erased, c store.LastChat) (bot.Message, error) {
	return bot.Message{Text: lastWords + " " + e.Number + " " + c.Lang}, nil
}

// wish lets anna order her erasure; the turn says something.
func wish(t *testing.T, s *store.Store) (o store.ErasureOrder, first bool) {
	t.Helper()
	turn(t, s, anna, func(tx *store.Tx) (err error) {
		tx.Post(anna, store.Replies, bot.Message{Text: "正在删除"})
		o, first, err = tx.OrderErasure()
		return err
	})
	return o, first
}

func ordered(t *testing.T, s *store.Store) []int64 {
	t.Helper()
	due, err := s.ErasuresDue(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	return due
}

// An order waits for the words it was answered with, but not for long; is carried
// out once, whoever tries; and its last words are the last trace of the chat.
func TestCarryOut(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	lived(t, s, anna)
	o, first := wish(t, s)
	if again, second := wish(t, s); !first || second || again.ID != o.ID || o.Number() != "E-000001" {
		t.Errorf("ordered %+v %v, then %+v %v", o, first, again, second)
	}
	if due := ordered(t, s); len(due) != 0 {
		t.Error("carried out before it is answered:", due)
	}
	clock.Advance(20 * time.Second)
	due := ordered(t, s)
	if !slices.Equal(due, []int64{o.ID}) {
		t.Fatal("due:", due)
	}
	done, other := 0, storetest.Open(t, home)
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, st := range []*store.Store{s, other, s, other} {
		all.Go(func() {
			e, ok, err := st.CarryOut(t.Context(), o.ID, farewell)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if ok {
				done++
				if e.Client != "K-000001" || e.Number != "E-000001" || e.Channel != anna.Channel {
					t.Errorf("%+v", e)
				}
			}
		})
	}
	all.Wait()
	if done != 1 {
		t.Errorf("carried out %d times", done)
	}
	if n, err := s.EndErasures(t.Context()); n != 0 || err != nil {
		t.Errorf("forgotten before the last words are sent: %d, %v", n, err)
	}
	if said := settle(t, s, "", store.Delivered); len(said) != 1 || said[0] != lastWords+" E-000001 zh-CN" {
		t.Errorf("the last words: %q", said)
	}
	if n, err := s.EndErasures(t.Context()); n != 1 || err != nil {
		t.Errorf("forgotten: %d, %v", n, err)
	}
	if _, err := s.SweepMedia(t.Context(), 10); err != nil {
		t.Error(err)
	}
	storetest.InClear(t, home, s, anna.Chat)
	if found := storetest.Opened(t, s).Find(secretName, secretStory, secretWords, lastWords, anna.Chat); len(found) > 0 {
		t.Error(found)
	}
}

// Under a legal hold an order waits, however long; it can be taken back, and is
// carried out when the hold ends.
func TestOrderUnderAHold(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	client, _ := lived(t, s, anna)
	if _, err := s.Hold(t.Context(), client.Code()); err != nil {
		t.Fatal(err)
	}
	o, _ := wish(t, s)
	clock.Advance(1000 * time.Hour)
	if due := ordered(t, s); len(due) != 0 {
		t.Error("due under a hold:", due)
	}
	if _, done, err := s.CarryOut(t.Context(), o.ID, farewell); done || !errors.Is(err, store.ErrHeld) {
		t.Errorf("carried out under a hold: %v, %v", done, err)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		mine, err := tx.MyErasure()
		if err != nil || mine.ID != o.ID {
			t.Errorf("%+v, %v", mine, err)
		}
		if dropped, err := tx.DropErasure(o); !dropped || err != nil {
			t.Errorf("dropped %v, %v", dropped, err)
		}
		_, err = tx.MyErasure()
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after it was dropped: %v", err)
		}
		return nil
	})
	if e, err := s.ErasureRecord(t.Context(), o.Number()); err != nil || !e.Dropped || len(e.Gone) > 0 {
		t.Errorf("%+v, %v", e, err)
	}
	again, _ := wish(t, s)
	clock.Advance(time.Minute)
	if _, err := s.Release(t.Context(), client.Code()); err != nil {
		t.Fatal(err)
	}
	if due := ordered(t, s); !slices.Equal(due, []int64{again.ID}) {
		t.Errorf("when the hold has ended: %v", due)
	}
	if _, done, err := s.CarryOut(t.Context(), again.ID, farewell); !done || err != nil {
		t.Errorf("carried out: %v, %v", done, err)
	}
}

// Who has become a colleague is not erased: the order is dropped.
func TestOrderOfAColleague(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	o, _ := wish(t, s)
	enrol(t, s, anna, store.RoleService, "安娜")
	clock.Advance(time.Minute)
	if _, done, err := s.CarryOut(t.Context(), o.ID, farewell); done || err != nil {
		t.Errorf("carried out: %v, %v", done, err)
	}
	if due := ordered(t, s); len(due) != 0 {
		t.Error("still due:", due)
	}
}

// An event that the platform delivers again after the erasure is known, and the
// keys by which it is go after two days.
func TestErasedEventsAreKnown(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	ev := bot.Event{Key: "wechat:wx1:7001", From: anna, Kind: bot.Wrote, Text: "确认删除"}
	if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		_, _, err := tx.OrderErasure()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	o := ordered(t, s)
	if _, done, err := s.CarryOut(t.Context(), o[0], farewell); !done || err != nil {
		t.Fatal(done, err)
	}
	taken, err := s.Turn(t.Context(), ev, func(*store.Tx, *bot.Session) error { return nil })
	if err != nil || !taken.Repeated {
		t.Errorf("delivered again: %+v, %v", taken, err)
	}
	clock.Advance(49 * time.Hour)
	gone, err := s.Retain(t.Context(), store.Keep{})
	if err != nil || !slices.Contains(kinds(gone), "turns 1") {
		t.Errorf("after two days went %v, %v", kinds(gone), err)
	}
}

// Last words that nobody can be sent go after three days; those of somebody who
// has come back take nothing of the new life along.
func TestLastWordsGo(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	lived(t, s, anna)
	o, _ := wish(t, s)
	clock.Advance(time.Minute)
	if _, done, err := s.CarryOut(t.Context(), o.ID, farewell); !done || err != nil {
		t.Fatal(done, err)
	}
	say(t, s, "你好丁") // a stranger
	clock.Advance(73 * time.Hour)
	if n, err := s.EndErasures(t.Context()); n != 1 || err != nil {
		t.Errorf("forgotten: %d, %v", n, err)
	}
	d := storetest.Opened(t, s)
	if d.Has(lastWords) || !d.Has("你好丁") {
		t.Error("last words found:", d.Find(lastWords), "new words found:", d.Find("你好丁"))
	}
	if got := settle(t, s, "", store.Delivered); len(got) != 1 {
		t.Errorf("still to be sent: %q", got)
	}
}

// What a colleague was told of a client goes with the client, sent or not; what
// they were told of others stays.
func TestToldIsErased(t *testing.T) {
	t.Parallel()
	s, _ := clockedStore(t)
	enrol(t, s, li, store.RoleService, "小李")
	client, _ := lived(t, s, anna)
	turn(t, s, li, func(tx *store.Tx) error {
		_, err := tx.ClientByCode(client.Code())
		tx.Post(li, store.Alerts, bot.Message{Text: "关于安娜的话"})
		return err
	})
	turn(t, s, li, func(tx *store.Tx) error {
		tx.Post(li, store.Alerts, bot.Message{Text: "别的话"})
		return nil
	})
	if d := storetest.Opened(t, s); !d.Has("关于安娜的话") {
		t.Fatal("it was not there")
	}
	if _, err := s.EraseClient(t.Context(), client.ID, "wish"); err != nil {
		t.Fatal(err)
	}
	if d := storetest.Opened(t, s); d.Has("关于安娜的话") || !d.Has("别的话") {
		t.Error("about her:", d.Find("关于安娜的话"), "about others:", d.Find("别的话"))
	}
}
