package server

import (
	"context"
	"time"

	"redthread/bot"
	"redthread/bot/pace"
	"redthread/bot/telegram"
	"redthread/store"
)

// Limits bound what one client may send. What is more is kept, but not played;
// staff are never over. A zero Rate is no limit.
type Limits struct {
	Messages store.Rate // words, presses, and whatever is no media
	Media    store.Rate // pictures, voice, files and the like
	Refused  store.Rate // requests of one address that no platform has made; further ones are turned away unread
}

// flood judges whether somebody sends more than we take.
type flood struct {
	messages, media, told *meter
}

// calm is how long somebody who was asked to slow down is not asked again.
const calm = time.Minute

func (s *Server) newFlood() *flood {
	l := s.cfg.Limits
	return &flood{
		messages: s.newMeter("messages", l.Messages), media: s.newMeter("media", l.Media),
		told: s.newMeter("told", store.Rate{N: 1, Per: calm, Burst: 1}),
	}
}

// limited is accept, with the events judged before.
func (s *Server) limited(accept bot.Accept) bot.Accept {
	return func(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
		ev.Over = s.flood.judge(ctx, ev)
		return accept(ctx, ev)
	}
}

func (f *flood) judge(ctx context.Context, ev bot.Event) bot.Over {
	m := f.messages
	switch ev.Kind {
	case bot.Left:
		return bot.Within // who leaves is told nothing, and must be known to have left
	case bot.Showed, bot.Sent:
		m = f.media
	}
	who := ev.Who().String()
	switch {
	case m.within(ctx, who):
		return bot.Within
	case f.told.within(ctx, who):
		return bot.JustOver
	}
	return bot.StillOver
}

// meter counts one thing for each person: in this process, and, for those who
// are not quiet, for all processes together.
type meter struct {
	name   string
	rate   store.Rate
	shared store.Rates
	alone  bool // no other process shares the count
	own    *pace.Buckets
	now    func() time.Time
}

func (s *Server) newMeter(name string, r store.Rate) *meter {
	m := &meter{name: name, rate: r, shared: s.cfg.Store.Rates(), alone: s.cfg.Store.Alone(), now: time.Now}
	if r.N > 0 {
		m.own = pace.New(r.N, r.Per, r.Burst)
	}
	return m
}

// within counts one more and says whether that is within the rate. Who has used
// less than a quarter of the burst here is not worth a question to Redis; while
// Redis is away each process counts alone.
func (m *meter) within(ctx context.Context, who string) bool {
	if m.own == nil {
		return true
	}
	ok, left := m.own.Take(who, m.now())
	if !ok || m.alone || left > float64(m.rate.Burst)*3/4 {
		return ok
	}
	ok, err := m.shared.Allow(ctx, "flood:"+m.name+":"+who, m.rate)
	return ok || err != nil
}

// sendRates are Telegram's limits as the processes share them. What a bucket
// holds at once and what flows in meanwhile make the limit together, so that no
// stretch of a second, or of a minute, sees more.
func sendRates(l telegram.Limits) store.SendRates {
	window := func(n int, per time.Duration) store.Rate {
		burst := max(1, n/10)
		return store.Rate{N: max(1, n-burst), Per: per, Burst: burst}
	}
	l = l.WithDefaults()
	return store.SendRates{
		All:   window(l.PerSecond, time.Second),
		Chat:  store.Rate{N: l.PerChat, Per: time.Second, Burst: l.ChatBurst},
		Group: window(l.PerGroupMinute, time.Minute),
	}
}
