package outbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/store"
)

// post leaves a message for chat in a turn of somebody else.
func (s *stage) post(chat string, lane store.Lane, text string, words bool) {
	s.t.Helper()
	s.n++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("p", s.n)), From: to("9"), Kind: bot.Wrote, At: s.clock.Now()}
	if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		if words {
			return tx.Carry(to(chat), lane, bot.Message{Text: text}, store.Carry{Sender: to("9")})
		}
		tx.Post(to(chat), lane, bot.Message{Text: text})
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

// posts leaves n messages that are numbered.
func (s *stage) posts(chat string, lane store.Lane, text string, n int, words bool) {
	s.t.Helper()
	for i := range n {
		s.post(chat, lane, fmt.Sprint(text, i), words)
	}
}

// returns lets chat write, and gives the news that had been put aside for it.
func (s *stage) returns(chat string) (news []string) {
	s.t.Helper()
	s.n++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("r", s.n)), From: to(chat), Kind: bot.Wrote, At: s.clock.Now(), Opens: &bot.Allowance{Name: "message", Count: 5, For: 48 * time.Hour}}
	if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) (err error) {
		for {
			more, err := tx.Asides(40)
			if news = append(news, more...); err != nil || len(more) == 0 {
				return err
			}
		}
	}); err != nil {
		s.t.Fatal(err)
	}
	return news
}

func TestNewsMakesRoom(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.returns("1")
	s.posts("1", store.Asides, "n", 4, false)
	s.drain(3) // two are left
	s.post("1", store.Replies, "offer", false)
	s.post("1", store.Asides, "n4", false)
	s.post("1", store.Alerts, "alert", false)
	s.drain(2)
	s.post("1", store.Replies, "late", false)
	s.post("1", store.Asides, "n5", false)
	s.drain(0) // the window is closed: what waits behind it is put aside, too
	s.heard("1", "n0/1", "n1/1", "n2/1", "offer/1", "alert/1")
	if got, want := s.returns("1"), []string{"n3", "n4", "n5"}; !slices.Equal(got, want) {
		t.Errorf("told on their return: %q, want %q", got, want)
	}
	if again := s.returns("1"); len(again) > 0 {
		t.Errorf("told again: %q", again)
	}
	s.drain(1)
}

// News that follow what needs an answer give way to it, too.
func TestNewsGiveWayToWhatComesAfter(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.returns("1")
	s.post("1", store.Asides, "news", false)
	s.posts("1", store.Alerts, "alert", 3, false)
	s.drain(3)
	s.heard("1", "alert0/1", "alert1/1", "alert2/1")
}

// Clients' words that wait together are one message.
func TestWordsThatWaitTogether(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.returns("1")
	s.posts("1", store.Alerts, "a", 5, false)
	s.posts("1", store.Replies, "w", 4, true)
	s.post("1", store.Replies, strings.Repeat("x", 1600), true)
	s.post("1", store.Alerts, "a5", false)
	s.post("1", store.Replies, "w4", true)
	s.post("1", store.Replies, "w5", true)
	s.drain(5)
	s.returns("1")
	s.drain(4)
	got := s.p.heard("1")[:3]
	if want := []string{"w0\nw1\nw2\nw3/1", strings.Repeat("x", 1600) + "/1", "w4\nw5/1"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// Cards have waited while the window was closed; the colleague writes and is answered
// first. Nothing of it is said twice, and nothing is left.
func TestAnswersOvertakeCards(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.returns("1")
	s.posts("1", store.Replies, "r", 5, false)
	s.posts("1", store.Alerts, "a", 20, false)
	s.drain(5)
	s.returns("1")
	s.post("1", store.Replies, "w0", true)
	s.post("1", store.Replies, "answer", false)
	s.drain(5)
	s.heard("1", "r0/1", "r1/1", "r2/1", "r3/1", "r4/1", "w0/1", "answer/1", "a0/1", "a1/1", "a2/1")
	for range 4 {
		s.returns("1")
		s.post("1", store.Replies, "again", false)
		s.drain(5)
	}
	s.returns("1")
	s.drain(1)
	if got := s.p.heard("1"); !slices.Equal(got[len(got)-2:], []string{"a18/1", "a19/1"}) || len(got) != 5+2+20+4 {
		t.Errorf("heard %q", got)
	}
}

// A colleague at work hears that the last message is the last; who is not, and who is
// no colleague, does not.
func TestLastMessageSaysSo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.out.Last = func(who store.Reader, lang string) string { return "last:" + string(who) + " " + lang }
	s.n++
	hire := bot.Event{Key: "hire", From: to("1"), Kind: bot.Wrote, At: s.clock.Now()}
	code, err := s.store.Invite(t.Context(), store.RoleService, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var me store.Staff
	if _, err := s.store.Turn(t.Context(), hire, func(tx *store.Tx, _ *bot.Session) error {
		invite, err := tx.CheckInvite(code)
		if err != nil {
			return err
		}
		me, err = tx.Enrol(invite, "小李", "zh-CN")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, chat := range []string{"1", "2"} {
		s.returns(chat)
		s.posts(chat, store.Alerts, "a", 5, false)
	}
	s.drain(10)
	s.heard("1", "a0/1", "a1/1", "a2/1", "a3/1", "a4\n\nlast:staff zh-CN/1")
	s.heard("2", "a0/1", "a1/1", "a2/1", "a3/1", "a4/1")
	s.n++
	if _, err := s.store.Turn(t.Context(), bot.Event{Key: "home", From: to("1"), Kind: bot.Wrote, At: s.clock.Now()}, func(tx *store.Tx, _ *bot.Session) error {
		return tx.SetDuty(me.ID, store.DutyOff, time.Time{})
	}); err != nil {
		t.Fatal(err)
	}
	s.returns("1")
	for range 5 {
		s.post("1", store.Alerts, "b", false)
	}
	s.drain(5)
	if got := s.p.heard("1"); got[len(got)-1] != "b/1" {
		t.Errorf("off duty they hear %q", got[len(got)-1])
	}
}

// On a platform that does not count nothing overtakes anything.
func TestNothingOvertakesWhereNothingIsCounted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i := range 3 {
		s.post("1", store.Alerts, fmt.Sprint("a", i), false)
		s.post("1", store.Replies, fmt.Sprint("r", i), false)
	}
	s.drain(6)
	s.heard("1", "a0/1", "r0/1", "a1/1", "r1/1", "a2/1", "r2/1")
}

// An alert is never held back while mere news went out after it was known.
func TestNoAlertIsHeldBackForNews(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	chat := 100
	rapid.Check(t, func(rt *rapid.T) {
		chat++
		w := &watch{stage: s, chat: fmt.Sprint(chat), known: map[string]int{}}
		said := map[string]bool{}
		s.p.sending = func() {
			if rapid.IntRange(0, 9).Draw(rt, "an alert meanwhile") == 0 {
				w.post(store.Alerts, 1) // what is under way cannot be called back
			}
		}
		for range rapid.IntRange(5, 40).Draw(rt, "deeds") {
			switch rapid.IntRange(0, 6).Draw(rt, "deed") {
			case 0, 1, 2:
				w.post(store.Asides, 0)
			case 3:
				w.post(store.Alerts, 0)
			case 4:
				for _, n := range s.returns(w.chat) {
					if said[n] {
						rt.Fatalf("%s was told twice", n)
					}
					said[n] = true
				}
			default:
				w.look(rt)
			}
		}
		for _, sent := range s.p.heard(w.chat) {
			if n := strings.TrimSuffix(sent, "/1"); said[n] {
				rt.Fatalf("%s went out and was put aside", n)
			}
		}
	})
}

// watch holds what goes out against what was known.
type watch struct {
	*stage
	chat  string
	named int
	known map[string]int // alerts, by the first message that begins to go out after they were known
}

func (w *watch) post(lane store.Lane, flying int) {
	w.named++
	name := fmt.Sprint("n", w.named)
	if lane == store.Alerts {
		name = fmt.Sprint("a", w.named)
		w.known[name] = len(w.p.heard(w.chat)) + flying
	}
	w.stage.post(w.chat, lane, name, false)
}

// look delivers what is due; then no news may have gone out after an alert was known
// that still waits.
func (w *watch) look(rt *rapid.T) {
	if _, err := w.out.Drain(w.t.Context()); err != nil {
		rt.Fatal(err)
	}
	heard := w.p.heard(w.chat)
	for name, at := range w.known {
		if slices.Contains(heard, name+"/1") {
			continue
		}
		for _, later := range heard[min(at, len(heard)):] {
			if strings.HasPrefix(later, "n") {
				rt.Fatalf("%s waits, and %s went out after it was known: %q", name, later, heard)
			}
		}
	}
}
