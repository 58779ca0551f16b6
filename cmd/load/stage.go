package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// stage is a bot with its platform and the people who talk with it.
type stage struct {
	house   *house
	town    *town
	crowd   *crowd
	meter   *meter
	weather *weather
	redone  atomic.Int64
}

// firstNumber numbers the people of a run so that they differ from those of
// others: as many digits as a Telegram ID may have.
func firstNumber() int64 {
	return 4_000_000_000_000_000 + time.Now().Unix()%100_000_000*1_000_000
}

// newStage sets the platform of the options before the house.
func newStage(o *options, t *talk, h *house, excused func(hearing) bool) (*stage, error) {
	s := &stage{house: h, meter: &meter{}, weather: newWeather(o.apiDelay, o.seed)}
	s.town = newTown(t, o.channel, firstNumber(), excused)
	var p platform
	if o.channel == "telegram" {
		p = &telegram{account: h.account, town: s.town, road: h.road, weather: s.weather, slots: make(chan struct{}, o.connections), hurry: o.hurry, redone: &s.redone}
	} else {
		e, err := newEnvelope(h.account.encodeKey, h.account.appID)
		if err != nil {
			return nil, fmt.Errorf("load: make WeChat's key: %w", err)
		}
		p = &weChat{account: h.account, envelope: e, town: s.town, road: h.road, weather: s.weather, redone: &s.redone}
	}
	s.crowd = &crowd{town: s.town, platform: p, ids: &atomic.Int64{}, meter: s.meter, people: o.people, patience: time.Minute}
	s.crowd.ids.Store(time.Now().UnixMilli() * 1000)
	if o.loop == "open" {
		s.crowd.rate = o.rate
	}
	call := p.call
	h.call.Store(&call)
	return s, nil
}

// play lets the crowd talk while scene runs, and then everybody finish.
func (s *stage) play(ctx context.Context, scene func()) {
	done := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { s.crowd.play(ctx, done) })
	scene()
	close(done)
	crowd.Wait()
}

// figures are what one measurement gives.
type figures struct {
	Rate     float64 `json:"turns_per_second"`
	Turns    int     `json:"turns"`
	Seconds  float64 `json:"seconds"`
	ToAnswer spread  `json:"callback_to_reply"`
	ToAck    spread  `json:"callback_to_ack"`
	CPU      float64 `json:"bot_cpu_s_per_1000"`
	OwnCPU   float64 `json:"load_cpu_s_per_1000"`
	Stores   float64 `json:"stores_cpu_s_per_1000,omitempty"` // MariaDB and Redis, where they are known
	RSS      float64 `json:"rss_mib"`
	Peak     float64 `json:"peak_rss_mib"`
}

// measure warms up and measures.
func (s *stage) measure(ctx context.Context, o *options, stores *attendant) (f figures) {
	s.play(ctx, func() {
		if sleep(ctx, o.warm) {
			f = s.watchCPU(stores, func() { s.untilEnough(ctx, o) })
		}
	})
	return f
}

// watchCPU measures what happens during scene.
func (s *stage) watchCPU(stores *attendant, scene func()) figures {
	bot, own, others := s.house.vitals(), ownCPU(), stores.vitals()
	s.meter.start()
	scene()
	s.meter.stop()
	now := s.house.vitals()
	f := figuresOf(s.meter.read(), now)
	f.cpu(now.CPU-bot.CPU, ownCPU()-own, stores.vitals().CPU-others.CPU)
	return f
}

// untilEnough returns when the options' time or number of steps is over.
func (s *stage) untilEnough(ctx context.Context, o *options) {
	if o.turns == 0 {
		sleep(ctx, o.duration)
		return
	}
	for s.meter.count() < o.turns && sleep(ctx, 20*time.Millisecond) {
	}
}

func figuresOf(r reading, v vitals) figures {
	return figures{Rate: r.rate(), Turns: r.Steps, Seconds: r.Took.Seconds(), ToAnswer: r.ToAnswer, ToAck: r.ToAck, RSS: mib(v.RSS), Peak: mib(v.Peak)}
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// cpu notes what the turns have cost.
func (f *figures) cpu(bot, own, stores time.Duration) {
	per := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(max(f.Turns, 1)) }
	f.CPU, f.OwnCPU, f.Stores = per(bot), per(own), per(stores)
}

// verdict waits until the bot has nothing left to send, and judges.
func (s *stage) verdict(ctx context.Context, h *home) (verdict, error) {
	left, err := h.quiet(ctx, settle)
	if err != nil {
		return verdict{}, fmt.Errorf("load: count what is left to send: %w", err)
	}
	l, err := readLedger(ctx, h.db, s.town)
	if err != nil {
		return verdict{}, err
	}
	v := judge(s.town, l)
	v.Unsent = left
	if left > 0 {
		v.example("unsent: %s messages are still queued", strconv.Itoa(left))
	}
	return v, nil
}
