package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"redthread/bot"
	"redthread/bot/telegram"
	"redthread/store"
	"redthread/store/storetest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("database/sql.(*DB).connectionOpener"))
}

// platform is a channel that answers as it is told and writes down what it took.
type platform struct {
	metered bool
	pieces  func(bot.Message) int
	sending func() // nil: nothing; called while a message is on its way

	mu     sync.Mutex
	answer []error // for the next sends, in order; then nil
	calls  int
	took   map[string][]string
	flying map[string]int
	both   bool // two sends to one conversation overlapped
}

func newPlatform() *platform {
	return &platform{took: map[string][]string{}, flying: map[string]int{}, pieces: func(bot.Message) int { return 1 }}
}

func (p *platform) Name() string                    { return "telegram" }
func (p *platform) Metered() bool                   { return p.metered }
func (p *platform) Webhook(bot.Accept) http.Handler { return http.NotFoundHandler() }
func (p *platform) Fetch(context.Context, bot.Media, int64) ([]byte, error) {
	return nil, bot.ErrGone
}

func (p *platform) Send(_ context.Context, d bot.Delivery) (bot.Receipt, error) {
	p.mu.Lock()
	p.calls++
	chat := d.To.Chat
	if p.flying[chat]++; p.flying[chat] > 1 {
		p.both = true
	}
	var err error
	if len(p.answer) > 0 {
		err, p.answer = p.answer[0], p.answer[1:]
	}
	total := p.pieces(d.Message)
	p.mu.Unlock()
	defer func() { p.mu.Lock(); p.flying[chat]--; p.mu.Unlock() }()
	if p.sending != nil {
		p.sending()
	}
	r := bot.Receipt{Pieces: d.Skip, Total: total}
	if err != nil {
		return r, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for r.Pieces < total {
		if d.Budget >= 0 && r.Pieces-d.Skip >= d.Budget {
			return r, bot.ErrClosed
		}
		r.Pieces++
		p.took[chat] = append(p.took[chat], fmt.Sprintf("%s/%d", d.Message.Text, r.Pieces))
	}
	return r, nil
}

func (p *platform) heard(chat string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.took[chat])
}

type stage struct {
	t     *testing.T
	store *store.Store
	clock *storetest.Clock
	p     *platform
	out   *Sender
	n     int
}

func newStage(t *testing.T) *stage {
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := &stage{t: t, store: storetest.Open(t, home), clock: clock, p: newPlatform()}
	s.out = &Sender{Store: s.store, Channels: map[string]bot.Channel{"telegram": s.p}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return s
}

func to(chat string) bot.Conversation { return bot.Conversation{Channel: "telegram", Chat: chat} }

// turn lets chat write and leaves the texts for it.
func (s *stage) turn(chat string, opens *bot.Allowance, texts ...string) {
	s.t.Helper()
	s.n++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("e", s.n)), From: to(chat), Kind: bot.Wrote, At: s.clock.Now(), Opens: opens}
	if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		for _, text := range texts {
			tx.Post(ev.From, store.Replies, bot.Message{Text: text})
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) drain(want int) {
	s.t.Helper()
	if n, err := s.out.Drain(s.t.Context()); err != nil || n != want {
		s.t.Errorf("sent %d, %v; want %d", n, err, want)
	}
}

func (s *stage) heard(chat string, want ...string) {
	s.t.Helper()
	if got := s.p.heard(chat); !slices.Equal(got, want) {
		s.t.Errorf("%s heard %q, want %q", chat, got, want)
	}
}

// lost lists what staff are to be told of, and forgets it.
func (s *stage) lost() (refs []string) {
	s.t.Helper()
	due, err := s.store.DueTimers(s.t.Context(), 99)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, ev := range due {
		refs = append(refs, ev.Text)
		if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error { _, err := tx.Fire(); return err }); err != nil {
			s.t.Fatal(err)
		}
	}
	return refs
}

func TestOrderWithinAConversation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var want []string
	for i := range 40 { // more than a batch
		s.turn("1", nil, fmt.Sprint(i))
		want = append(want, fmt.Sprintf("%d/1", i))
	}
	s.drain(40)
	s.heard("1", want...)
	s.drain(0)
}

// However urgent, a message waits for those said before it to the same person.
func TestNoneOvertakesInAConversation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i, lane := range []store.Lane{store.Broadcasts, store.Replies, store.Alerts, store.Replies} {
		ev := bot.Event{Key: bot.EventKey(fmt.Sprint("e", i)), From: to("1"), Kind: bot.Wrote, At: s.clock.Now()}
		if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
			tx.Post(ev.From, lane, bot.Message{Text: fmt.Sprint(i)})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.drain(4)
	s.heard("1", "0/1", "1/1", "2/1", "3/1")
}

// While a message is on its way nothing says that it has arrived: a process that
// dies now leaves it to the next.
func TestNotedAfterItIsSent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var unsent []int
	s.p.sending = func() {
		n, err := s.store.Unsent(t.Context())
		if err != nil {
			t.Error(err)
		}
		unsent = append(unsent, n)
	}
	s.turn("1", nil, "a", "b")
	s.drain(2)
	if want := []int{2, 1}; !slices.Equal(unsent, want) {
		t.Errorf("unsent while each was on its way: %v, want %v", unsent, want)
	}
}

func TestSlowDownKeepsOrderAndWaits(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.answer = []error{&bot.SlowDown{For: 3 * time.Second}}
	s.turn("1", nil, "a", "b")
	s.drain(0)
	s.turn("2", nil, "x")
	s.drain(1) // one conversation rests, the other does not
	s.turn("1", nil, "c")
	s.clock.Advance(2 * time.Second)
	if _, err := s.out.Drain(t.Context()); err != nil { // news does not shorten the pause
		t.Error(err)
	}
	s.clock.Advance(2 * time.Second)
	if _, err := s.out.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	s.heard("1", "a/1", "b/1", "c/1")
	s.heard("2", "x/1")
	if s.p.calls != 5 {
		t.Errorf("%d calls, want 5", s.p.calls)
	}
}

func TestRefusedDoesNotBlock(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.answer = []error{&bot.Refused{Code: 400, Reason: "bad"}}
	s.turn("1", nil, "a", "b")
	s.drain(1)
	s.heard("1", "b/1")
	if got, want := s.lost(), []string{"outbox.undelivered:1"}; !slices.Equal(got, want) {
		t.Errorf("staff are told %q, want %q", got, want)
	}
}

func TestGoneUntilTheyReturn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.answer = []error{bot.ErrGone}
	s.turn("1", nil, "a", "b")
	s.drain(0)
	if got := s.lost(); !slices.Equal(got, []string{"outbox.undelivered:gone"}) || s.p.calls != 1 {
		t.Errorf("staff are told %q after %d calls; want one word after one", got, s.p.calls)
	}
	s.turn("1", nil, "welcome back")
	s.drain(1)
	s.heard("1", "welcome back/1")
}

func TestUnsureIsRepeatedWhereAllowed(t *testing.T) {
	t.Parallel()
	unsure := &bot.Unsure{Err: errors.New("timeout")}
	for repeat, want := range map[int]int{0: 0, 2: 1} {
		s := newStage(t)
		s.out.Repeat = map[string]int{"telegram": repeat}
		s.p.answer = []error{unsure}
		s.turn("1", nil, "a")
		s.drain(0)
		s.clock.Advance(time.Minute)
		s.drain(want)
		if got := s.lost(); len(got) != 1-want {
			t.Errorf("with %d attempts allowed: staff are told %q", repeat, got)
		}
	}
}

// A gateway that fails for most of a minute loses nothing, and neither does one
// uncertain end of a line that was down for long: attempts that surely did not
// arrive are no reason to give up.
func TestUncertainForAMinute(t *testing.T) {
	t.Parallel()
	unsure, down := &bot.Unsure{Err: errors.New("502")}, errors.New("connection refused")
	for name, answer := range map[string][]error{
		"bad gateway": slices.Repeat([]error{unsure}, telegram.Tries-1),
		"long away":   append(slices.Repeat([]error{down}, 2*telegram.Tries), unsure),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.out.Repeat = map[string]int{"telegram": telegram.Tries}
			s.p.answer = answer
			s.turn("1", nil, "a")
			start := s.clock.Now()
			for range answer {
				s.drain(0)
				for before := s.p.calls; s.p.calls == before && s.clock.Now().Sub(start) < 2*time.Hour; s.clock.Advance(time.Second) {
					if _, err := s.out.Drain(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			if s.heard("1", "a/1"); len(s.lost()) > 0 {
				t.Error("staff are told of a loss")
			}
			if took := s.clock.Now().Sub(start); took < 40*time.Second {
				t.Errorf("its tries were over after %v", took)
			}
		})
	}
}

// What may have arrived and could not be sent for a day may have arrived still.
func TestUncertainForADay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.out.Repeat = map[string]int{"telegram": telegram.Tries}
	s.p.answer = append([]error{&bot.Unsure{Err: errors.New("502")}}, slices.Repeat([]error{errors.New("connection refused")}, 9)...)
	s.turn("1", nil, "a")
	for _, later := range []time.Duration{0, time.Minute, 25 * time.Hour} {
		s.clock.Advance(later)
		s.drain(0)
	}
	if got := s.lost(); len(got) != 1 {
		t.Errorf("staff are told %q", got)
	}
	if again, err := s.store.Lost(t.Context(), time.Time{}, 9); err != nil || len(again) != 0 {
		t.Errorf("%+v would be sent again, %v", again, err)
	}
}

// A metered platform: five messages for each time the person writes, the rest
// waits for their return and goes first then.
func TestAllowanceIsSpentAndRenewed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	opens := func(n int) *bot.Allowance { return &bot.Allowance{Name: "message", Count: n, For: 48 * time.Hour} }
	s.turn("1", opens(3), "a", "b")
	s.turn("1", nil, "c", "d")
	s.drain(3)
	s.drain(0)
	calls := s.p.calls
	s.turn("1", nil, "e") // news alone opens nothing
	s.drain(0)
	if s.p.calls > calls+1 {
		t.Errorf("%d needless calls", s.p.calls-calls)
	}
	s.turn("1", opens(3), "f")
	s.drain(3)
	s.heard("1", "a/1", "b/1", "c/1", "d/1", "e/1", "f/1")

	s.clock.Advance(49 * time.Hour)
	s.turn("1", nil, "late")
	s.drain(0)
	s.turn("1", opens(1))
	s.drain(1)
}

// What is spent stays spent, whoever sends next, though the platform never says
// that the window is closed.
func TestAllowanceIsSpentOverClaims(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.turn("1", &bot.Allowance{Name: "message", Count: 4, For: time.Hour}, "a")
	s.drain(1)
	s.turn("1", nil, "b", "c")
	s.drain(2)
	s.turn("1", nil, "d")
	s.drain(1)
	s.turn("1", nil, "e")
	s.drain(0)
	s.heard("1", "a/1", "b/1", "c/1", "d/1")
}

// So do the pieces of a message that was interrupted.
func TestHalfAMessageIsSpent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.turn("1", &bot.Allowance{Name: "message", Count: 5, For: time.Hour}, "a")
	for _, left := range []int{5, 3} {
		cl, err := s.store.Claim(t.Context(), to("1"), time.Second)
		if err != nil || cl == nil {
			t.Fatal(cl, err)
		}
		if cl.Budget != left {
			t.Errorf("%d left, want %d", cl.Budget, left)
		}
		if err := cl.Finish(t.Context(), store.Settled{Seq: 1, State: store.Queued, Pieces: 2, Spent: 2, Tried: true}, store.Rest{}); err != nil {
			t.Fatal(err)
		}
	}
}

// An allowance that covers half of a message lets half of it out; the rest
// follows, and no piece goes twice.
func TestPiecesGoOutOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered, s.p.pieces = true, func(bot.Message) int { return 4 }
	opens := &bot.Allowance{Name: "action", Count: 3, For: time.Minute}
	s.turn("1", opens, "a")
	s.drain(0)
	s.turn("1", opens)
	s.drain(1)
	s.heard("1", "a/1", "a/2", "a/3", "a/4")
}

// A person who writes in the moment we find the window closed is not overlooked.
func TestReturnWhileClosing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.p.metered = true
	s.turn("1", nil, "a")
	cl, err := s.store.Claim(t.Context(), to("1"), time.Second)
	if err != nil || cl == nil {
		t.Fatal(cl, err)
	}
	s.turn("1", &bot.Allowance{Name: "message", Count: 5, For: time.Hour})
	if err := cl.Release(t.Context(), store.Rest{Closed: true, Gone: true}); err != nil {
		t.Fatal(err)
	}
	s.drain(1)
	s.heard("1", "a/1")
}

// Whoever lost the claim cannot mark, renew or release any more.
func TestLostClaimIsPowerless(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.turn("1", nil, "a")
	old, err := s.store.Claim(t.Context(), to("1"), time.Second)
	if err != nil || old == nil {
		t.Fatal(old, err)
	}
	if again, err := s.store.Claim(t.Context(), to("1"), time.Second); err != nil || again != nil {
		t.Errorf("claimed twice: %v, %v", again, err)
	}
	s.clock.Advance(2 * time.Second)
	fresh, err := s.store.Claim(t.Context(), to("1"), time.Second)
	if err != nil || fresh == nil {
		t.Fatal("the lease did not run out:", err)
	}
	for what, err := range map[string]error{
		"settle":  old.Settle(t.Context(), store.Settled{Seq: 1, State: store.Failed, Reason: "late"}),
		"renew":   old.Renew(t.Context(), time.Second),
		"release": old.Release(t.Context(), store.Rest{}),
	} {
		if !errors.Is(err, store.ErrLost) {
			t.Errorf("%s by the old holder: %v", what, err)
		}
	}
	if next, err := fresh.Pending(t.Context(), 9); err != nil || len(next) != 1 {
		t.Errorf("pending %v, %v", next, err)
	}
}

// Three processes deliver the same outbox: nothing twice, nothing out of order,
// never two sends to one person at once.
func TestManySendersOneOutbox(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	p := newPlatform()
	var stores []*store.Store
	for range 3 {
		stores = append(stores, storetest.Open(t, home))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	for _, st := range stores {
		run.Go(func() {
			(&Sender{Store: st, Channels: map[string]bot.Channel{"telegram": p}, Workers: 4}).Run(ctx)
		})
	}
	const people, each = 6, 12
	var turns sync.WaitGroup
	for person := range people {
		turns.Go(func() {
			for i := range each {
				ev := bot.Event{Key: bot.EventKey(fmt.Sprint(person, ":", i)), From: to(fmt.Sprint(person)), Kind: bot.Wrote, At: time.Now()}
				for {
					_, err := stores[i%3].Turn(context.Background(), ev, func(tx *store.Tx, _ *bot.Session) error {
						tx.Post(ev.From, store.Replies, bot.Message{Text: fmt.Sprint(i)})
						return nil
					})
					if err == nil {
						break
					}
					if !store.IsAway(err) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	turns.Wait()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if due, err := stores[0].Unsent(t.Context()); err != nil || due == 0 {
			break
		}
	}
	cancel()
	run.Wait()
	for person := range people {
		got := p.heard(fmt.Sprint(person))
		if len(got) != each {
			t.Errorf("person %d heard %d messages, want %d", person, len(got), each)
			continue
		}
		for i, text := range got {
			if text != fmt.Sprintf("%d/1", i) {
				t.Errorf("person %d heard %q in place %d", person, text, i)
			}
		}
	}
	if p.both {
		t.Error("two sends to one conversation overlapped")
	}
}

// The callback's own answer carries the first message; a repeated delivery is
// given the same one; what is left goes out as usual, and nothing twice.
func TestReplyOnTheCallback(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ev := bot.Event{Key: "wx1", From: to("1"), Kind: bot.Wrote, At: s.clock.Now(), ReplyBy: s.clock.Now().Add(4 * time.Second)}
	if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		tx.Post(ev.From, store.Replies, bot.Message{Text: "a"})
		tx.Post(ev.From, store.Replies, bot.Message{Text: "b"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	first, err := s.store.Reply(t.Context(), ev)
	if err != nil || first == nil || first.Message.Text != "a" {
		t.Fatalf("reply %+v, %v", first, err)
	}
	s.drain(0) // the conversation is held
	again, err := s.store.Reply(t.Context(), ev)
	if err != nil || again == nil || again.Message.Text != "a" {
		t.Fatalf("repeated delivery got %+v, %v", again, err)
	}
	again.Done(t.Context(), 1, 1)
	first.Done(t.Context(), 1, 1) // its claim was taken over: nothing happens
	s.drain(0)                    // the answer may still be on its way through the proxies
	s.clock.Advance(300 * time.Millisecond)
	s.drain(1)
	s.heard("1", "b/1")
	if late, err := s.store.Reply(t.Context(), ev); err != nil || late == nil || late.Message.Text != "a" {
		t.Errorf("a late delivery got %+v, %v", late, err)
	}
	s.drain(0)
}

// The first delivery's answer could not be written, and is given back only after
// a repeated delivery has taken the reply over: it gives back nothing.
func TestReplyTakenOver(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ev := bot.Event{Key: "wx1", From: to("1"), Kind: bot.Wrote, At: s.clock.Now(), ReplyBy: s.clock.Now().Add(4 * time.Second)}
	if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		tx.Post(ev.From, store.Replies, bot.Message{Text: "a"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	first, err := s.store.Reply(t.Context(), ev)
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	second, err := s.store.Reply(t.Context(), ev)
	if err != nil || second == nil {
		t.Fatal(second, err)
	}
	first.Done(t.Context(), 0, 1)
	s.drain(0) // it is in the second's hands
	second.Done(t.Context(), 1, 1)
	s.drain(0)
	s.heard("1")
}

// A process that dies with the reply in its hands leaves it to the outbox.
func TestReplyThatDiedIsSent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ev := bot.Event{Key: "wx1", From: to("1"), Kind: bot.Wrote, At: s.clock.Now(), ReplyBy: s.clock.Now().Add(4 * time.Second)}
	if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		tx.Post(ev.From, store.Replies, bot.Message{Text: "a"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if r, err := s.store.Reply(t.Context(), ev); err != nil || r == nil {
		t.Fatal(r, err)
	}
	s.clock.Advance(17 * time.Second)
	s.drain(1)
	s.heard("1", "a/1")
}

// A reply that the callback's answer could not carry is the outbox's: a repeated
// delivery is not given it besides.
func TestReplyThatWasNotCarried(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{true, false} {
		s := newStage(t)
		ev := bot.Event{Key: "wx1", From: to("1"), Kind: bot.Wrote, At: s.clock.Now(), ReplyBy: s.clock.Now().Add(4 * time.Second)}
		if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
			tx.Post(ev.From, store.Replies, bot.Message{Text: "a"})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		first, err := s.store.Reply(t.Context(), ev)
		if err != nil || first == nil {
			t.Fatal(first, err)
		}
		first.Done(t.Context(), 0, 1)
		if early { // before the outbox has come for it: now it is this answer's
			again, err := s.store.Reply(t.Context(), ev)
			if err != nil || again == nil {
				t.Fatal(again, err)
			}
			again.Done(t.Context(), 1, 1)
			s.drain(0)
			continue
		}
		s.drain(1)
		s.heard("1", "a/1")
		if again, err := s.store.Reply(t.Context(), ev); err != nil || again != nil {
			t.Errorf("a repeated delivery was given %+v, %v", again, err)
		}
	}
}
