package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

const (
	secretName  = "陈安娜甲"
	secretStory = "对方已经结婚了却说自己单身乙"
	secretWords = "我什么时候能见到红娘丙"
	secretPhone = "+8613800138123"
)

// lived gives anna a life with us in every table, told in words that must not be
// found again.
func lived(t *testing.T, s *store.Store, at bot.Conversation) (client store.Client, photo bot.MediaID) {
	t.Helper()
	ev := bot.Event{From: at, Kind: bot.Arrived, Name: secretName, Source: "s_campaign"}
	if err := tryTurn(t.Context(), s, ev, func(tx *store.Tx) error { return tx.Meet() }); err != nil {
		t.Fatal(err)
	}
	consent(t, s, at, store.ConsentNotice, store.ConsentYes)
	turn(t, s, at, func(tx *store.Tx) (err error) {
		photo, err = tx.Want(bot.Media{Kind: bot.Photo, Ref: "ref"})
		if err != nil {
			return err
		}
		if _, err = tx.FileComplaint(store.NewComplaint{Lang: "zh-CN", Matter: "date", Facts: store.Facts{Story: secretStory}, Evidence: []bot.MediaID{photo}, Promised: tx.Now().Add(time.Hour)}); err != nil {
			return err
		}
		if _, err = tx.ClaimPhone(secretPhone, true); err != nil {
			return err
		}
		h, _, _, err := tx.OpenHandoff("zh-CN")
		if err != nil {
			return err
		}
		if _, err = tx.KeepWords(h, store.Words{Lines: []string{secretWords}}, 9); err != nil {
			return err
		}
		if _, err = tx.CloseHandoff(h, store.Staff{}); err != nil {
			return err
		}
		tx.Post(at, store.Replies, bot.Message{Text: secretWords})
		tx.Later("x", "y", tx.Now().Add(24*365*10*time.Hour))
		if _, err = tx.Try("x", 3, time.Hour); err != nil {
			return err
		}
		client, err = tx.Self("zh-CN")
		return err
	})
	if err := s.KeepMedia(t.Context(), photo, "image/jpeg", []byte("jpeg")); err != nil {
		t.Fatal(err)
	}
	settle(t, s, "", store.Delivered)
	return client, photo
}

// closeComplaint closes C-000001.
func closeComplaint(t *testing.T, s *store.Store) {
	t.Helper()
	boss := enrol(t, s, li, store.RoleSupervisor, "陈店长")
	turn(t, s, li, func(tx *store.Tx) error {
		if _, _, err := tx.TakeComplaint("C-000001", boss); err != nil {
			return err
		}
		_, _, err := tx.AddStep("C-000001", store.CaseClosed, boss)
		return err
	})
}

func kinds(all []store.ErasedKind) (names []string) {
	for _, e := range all {
		names = append(names, fmt.Sprint(e.Kind, " ", e.N))
	}
	return names
}

// Who is erased is found nowhere: neither words nor name nor where they talk to
// us. What stays names nobody.
func TestEraseClient(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	client, photo := lived(t, s, anna)
	other := bot.Conversation{Channel: "telegram", Chat: "5550001117"}
	join(t, s, anna, other)
	if err := s.Bury(t.Context(), "wechat", []byte("<from>"+anna.Chat+"</from>"), errors.New("x")); err != nil {
		t.Fatal(err)
	}
	if err := s.Bury(t.Context(), "wechat", []byte("<from>o-somebody-else</from>"), errors.New("x")); err != nil {
		t.Fatal(err)
	}
	if held, err := s.Hold(t.Context(), client.Code()); err != nil || !held {
		t.Fatal(held, err)
	}
	if _, err := s.EraseClient(t.Context(), client.ID, "wish"); !errors.Is(err, store.ErrHeld) {
		t.Fatalf("under a legal hold: %v", err)
	}
	if freed, err := s.Release(t.Context(), client.Code()); err != nil || !freed {
		t.Fatal(freed, err)
	}
	gone, err := s.EraseClient(t.Context(), client.ID, "wish")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"complaints 1", "complaint_evidence 1", "consents 1", "phones 1", "handoff_words 1", "media 1", "outbox 1", "sessions 2", "letters 1", "clients 2"} {
		if !slices.Contains(kinds(gone.Gone), want) {
			t.Errorf("not erased: %s; erased %v", want, kinds(gone.Gone))
		}
	}
	if n, err := s.SweepMedia(t.Context(), 10); n != 1 || err != nil {
		t.Errorf("pictures swept: %d, %v", n, err)
	}
	if n, err := s.EndErasures(t.Context()); n != 2 || err != nil {
		t.Errorf("chats forgotten: %d, %v", n, err)
	}
	storetest.InClear(t, home, s, secretName, secretStory, secretWords, secretPhone, anna.Chat, other.Chat, string(photo), "s_campaign")
	records, err := s.Erasures(t.Context(), 50)
	if err != nil || len(records) < 10 || records[0].Reason != "wish" || records[0].N == 0 {
		t.Errorf("%+v, %v", records, err)
	}
	if _, err := s.EraseClient(t.Context(), client.ID, "wish"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("erased twice: %v", err)
	}
	if again := self(t, s, anna); again.ID == client.ID || again.Name != "" {
		t.Errorf("who comes back is %+v", again)
	}
	turn(t, s, li, func(tx *store.Tx) error {
		c, err := tx.Complaint("C-000001")
		if err == nil && (c.Facts != store.Facts{} || c.State != store.CaseClosed || c.Client.ErasedAt.IsZero()) {
			t.Errorf("what stays of the complaint: %+v", c)
		}
		return err
	})
}

// Each kind goes after its time and not before; a dry run says what would.
func TestRetain(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	lived(t, s, anna)
	closeComplaint(t, s)
	keep := store.Keep{}.FilledIn()
	if due, err := s.RetentionDue(t.Context(), keep); err != nil || len(due) != 0 {
		t.Fatalf("due at once: %v, %v", due, err)
	}
	clock.Advance(keep.Talks + time.Hour)
	due, err := s.RetentionDue(t.Context(), keep)
	if err != nil || strings.Join(kinds(due), ", ") != "handoffs 1, outbox 1, turns 5, attempts 1" {
		t.Errorf("after a year: %v, %v", kinds(due), err)
	}
	gone, err := s.Retain(t.Context(), keep)
	if err != nil || strings.Join(kinds(gone), ", ") != "handoffs 1, outbox 1, turns 5, sessions 2, attempts 1" {
		t.Errorf("after a year went %v, %v", kinds(gone), err)
	}
	records, err := s.Erasures(t.Context(), 100)
	if err != nil || !slices.ContainsFunc(records, func(e store.Erasure) bool {
		return e.Kind == "turns" && e.Reason == "retention" && e.N == 5 && !e.Oldest.IsZero()
	}) {
		t.Errorf("%+v, %v", records, err)
	}
	if me := self(t, s, anna); me.Name != secretName {
		t.Errorf("after a year: %+v", me) // this is a new turn in a new session
	}
	clock.Advance(keep.Complaints - keep.Talks)
	gone, err = s.Retain(t.Context(), keep)
	if err != nil || !slices.Contains(kinds(gone), "complaints 1") {
		t.Errorf("after three years went %v, %v", kinds(gone), err)
	}
	if given := given(t, s, anna, store.ConsentNotice); !given {
		t.Error("a consent that holds has been erased")
	}
	clock.Advance(keep.Profiles)
	gone, err = s.Retain(t.Context(), keep)
	if err != nil || !slices.Contains(kinds(gone), "silence 1") {
		t.Errorf("after three silent years went %v, %v", kinds(gone), err)
	}
	if due, err = s.RetentionDue(t.Context(), keep); err != nil || len(due) != 0 {
		t.Errorf("due after all has gone: %v, %v", kinds(due), err)
	}
}

// A legal hold keeps everything of a client, in all their chats.
func TestRetainHonoursAHold(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	client, _ := lived(t, s, anna)
	closeComplaint(t, s)
	if _, err := s.Hold(t.Context(), client.Code()); err != nil {
		t.Fatal(err)
	}
	join(t, s, anna, mei)
	clock.Advance(20 * 365 * 24 * time.Hour)
	due, err := s.RetentionDue(t.Context(), store.Keep{})
	if got := strings.Join(kinds(due), ", "); err != nil || got != "turns 2, attempts 1" {
		t.Errorf("due under a hold: %v, %v", got, err) // the supervisor's own turns
	}
	if _, err := s.Hold(t.Context(), "K-000099"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// Of the answers in one chat the last always stays, so that none that was
// withdrawn counts again.
func TestRetainNeverBringsAConsentBack(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	consent(t, s, anna, store.ConsentShow, store.ConsentYes)
	join(t, s, anna, li)
	consent(t, s, li, store.ConsentShow, store.ConsentYes)
	consent(t, s, li, store.ConsentShow, store.ConsentWithdrawn)
	keep := store.Keep{}.FilledIn()
	keep.Profiles = 100 * keep.Consents
	clock.Advance(keep.Consents + time.Hour)
	gone, err := s.Retain(t.Context(), keep)
	if err != nil || !slices.Contains(kinds(gone), "consents 1") {
		t.Errorf("went %v, %v", kinds(gone), err)
	}
	if given(t, s, anna, store.ConsentShow) {
		t.Error("a consent that was withdrawn holds again")
	}
}

// Who has left is erased after some time, unless they come back, still have a
// chat with us, or wait for something.
func TestRetainWhoLeft(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	boss := enrol(t, s, li, store.RoleSupervisor, "陈店长")
	leave := func(c bot.Conversation) {
		t.Helper()
		if err := tryTurn(t.Context(), s, bot.Event{From: c, Kind: bot.Left}, func(tx *store.Tx) error { return tx.Part() }); err != nil {
			t.Fatal(err)
		}
	}
	client, _ := lived(t, s, anna)
	other := bot.Conversation{Channel: "telegram", Chat: "5550001117"}
	join(t, s, anna, other)
	leave(anna)
	keep := store.Keep{}.FilledIn()
	retain := func() []string {
		t.Helper()
		clock.Advance(keep.Left)
		gone, err := s.Retain(t.Context(), keep)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(kinds(gone), func(k string) bool { return !strings.HasPrefix(k, "left") })
	}
	if got := retain(); len(got) != 0 {
		t.Errorf("erased with one chat left: %v", got)
	}
	leave(other)
	if got := retain(); len(got) != 0 {
		t.Errorf("erased with a complaint open: %v", got)
	}
	turn(t, s, li, func(tx *store.Tx) error {
		if _, _, err := tx.TakeComplaint("C-000001", boss); err != nil {
			return err
		}
		_, _, err := tx.AddStep("C-000001", store.CaseClosed, boss)
		return err
	})
	if got := retain(); len(got) != 1 {
		t.Errorf("not erased: %v", got)
	}
	due, err := s.DueTimers(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var news []string
	for _, ev := range due {
		if ev.From == li {
			news = append(news, ev.Text)
		}
	}
	slices.Sort(news)
	if got := strings.Join(news, ", "); got != "client.erased:"+client.Code()+", client.left:"+client.Code() {
		t.Errorf("the supervisor hears %s", got)
	}
}
