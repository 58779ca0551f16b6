package server

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/telegram"
)

// The watch looks after the channels and tells staff in chat when one of them is
// in trouble, and when it is well again: once, however many processes notice.
// What was told last stands in the turn log of the house's own conversation
// about the channel, and the next news take the number after it, as their event
// key; so two processes that notice the same thing say it once.

const (
	lookAtHook = time.Minute
	// Nobody is told of the same channel more often: a channel that comes and
	// goes would become noise.
	tellAgain = 15 * time.Minute
)

// watch looks at the channels until ctx ends.
func (s *Server) watch(ctx context.Context) {
	every := min(15*time.Second, s.alertAfter()/4)
	seen := map[string]bool{} // this process has seen the channel in trouble
	var hookAt time.Time
	for {
		if now := time.Now(); s.telegram != nil && now.Sub(hookAt) >= min(lookAtHook, every*4) {
			hookAt = now
			s.lookAtWebhook(ctx)
		}
		for name := range s.pulses {
			if err := s.lookAfter(ctx, name, seen); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "watch: staff not told", "channel", name, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.cfg.After(every):
		}
	}
}

func (s *Server) alertAfter() time.Duration {
	if s.cfg.AlertAfter > 0 {
		return s.cfg.AlertAfter
	}
	return 5 * time.Minute
}

// lookAfter compares how a channel is with what was told of it.
func (s *Server) lookAfter(ctx context.Context, channel string, seen map[string]bool) error {
	now, p := s.cfg.Store.Now(), s.pulses[channel]
	t := p.judge(now, s.alertAfter())
	s.metrics.Up(channel, t.kind == "")
	if t.kind != "" {
		seen[channel] = true
	} else if !seen[channel] && !p.since(time.Time{}) {
		return nil // nothing is known yet
	}
	told, at, err := s.lastTold(ctx, channel)
	if err != nil {
		return err
	}
	switch {
	case t.kind != "" && !told.down && (told.n == 0 || now.Sub(at) >= tellAgain):
		return s.tell(ctx, channel, tale{true, t.kind, told.n + 1}, t.code)
	case t.kind == "" && told.down && s.recovered(told, at, p) && (seen[channel] || now.Sub(at) >= s.alertAfter()):
		// Who has seen nothing wrong waits: it may be wrong elsewhere still.
		delete(seen, channel)
		return s.tell(ctx, channel, tale{false, told.kind, told.n}, 0)
	}
	return nil
}

// recovered says that the trouble told of is over. A silent channel has to prove
// it; of deliveries to us the platform itself says so.
func (s *Server) recovered(told tale, at time.Time, p *pulse) bool {
	return told.kind == "webhook" || p.since(at)
}

// tale is what was told of a channel: that it is down, or up again, for the nth
// time.
type tale struct {
	down bool
	kind string
	n    int
}

func (t tale) key(channel string) bot.EventKey {
	word := "up"
	if t.down {
		word = "down"
	}
	return bot.EventKey(fmt.Sprintf("house:channel:%s:%s:%s:%d", channel, word, t.kind, t.n))
}

// ofHouse is the conversation in which the house speaks of a channel to itself.
func ofHouse(channel string) bot.Conversation {
	return bot.Conversation{Channel: "house", Chat: channel}
}

func (s *Server) lastTold(ctx context.Context, channel string) (t tale, at time.Time, err error) {
	key, at, err := s.cfg.Store.LastEvent(ctx, ofHouse(channel))
	return readTale(key), at, err
}

// readTale reads what key wrote; the zero tale when it is none.
func readTale(key bot.EventKey) tale {
	part := strings.Split(string(key), ":")
	if len(part) != 6 {
		return tale{}
	}
	n, err := strconv.Atoi(part[5])
	if err != nil {
		return tale{}
	}
	return tale{part[3] == "down", part[4], n}
}

// tell plays the news. The engine takes them once.
func (s *Server) tell(ctx context.Context, channel string, t tale, code int) error {
	name := "channel.up"
	if t.down {
		name = "channel.down"
	}
	s.log.ErrorContext(ctx, "watch: "+name, "channel", channel, "trouble", t.kind, "code", code)
	ev := bot.Event{
		Key: t.key(channel), From: ofHouse(channel), Kind: bot.Noticed, At: s.cfg.Store.Now(),
		Text: fmt.Sprintf("%s:%s %s %d %d", name, channel, t.kind, code, int(s.alertAfter().Minutes())),
	}
	_, err := s.engine.Handle(context.WithoutCancel(ctx), ev)
	return err
}

// lookAtWebhook asks Telegram how its deliveries to us are going.
func (s *Server) lookAtWebhook(ctx context.Context) {
	if s.cfg.Poll || s.cfg.PublicURL == "" {
		return
	}
	info, err := s.telegram.WebhookInfo(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.log.WarnContext(ctx, "watch: webhook not looked at", "error", err)
		}
		return
	}
	s.metrics.Pending(telegram.Name, info.Pending)
	wrong := ""
	recent := time.Since(info.LastErrorAt) < s.alertAfter()
	switch {
	case info.URL != s.publicURL(TelegramPath):
		wrong = "set to another address"
	case info.LastError != "" && recent && info.Pending > 0:
		wrong = info.LastError
	}
	if wrong != "" {
		s.log.WarnContext(ctx, "watch: telegram's deliveries fail", "why", wrong, "pending", info.Pending)
	}
	s.pulses[telegram.Name].hooked(wrong != "")
}
