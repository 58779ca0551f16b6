package server

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
)

type coded int

func (c coded) Error() string     { return fmt.Sprint("code ", int(c)) }
func (c coded) PlatformCode() int { return int(c) }

func TestPulse(t *testing.T) {
	cut := errors.New("dial: connection refused")
	unsure := &bot.Unsure{Err: cut}
	refused := fmt.Errorf("send: %w", &bot.SlowDown{For: time.Minute, All: true, Mend: 40164})
	hasty := &bot.SlowDown{For: time.Second}
	quota := &bot.SlowDown{For: time.Hour, All: true}
	window := fmt.Errorf("%w: %w", bot.ErrClosed, coded(45015))
	for _, tt := range []struct {
		name   string
		errs   []error // a minute apart
		want   trouble
		passed bool // something got through
	}{
		{"nothing happened", nil, trouble{}, false},
		{"all well", []error{nil, nil}, trouble{}, true},
		{"one failure", []error{nil, cut}, trouble{}, true},
		{"a failing minute", []error{cut, cut, cut}, trouble{}, false},
		{"two failures long ago", []error{cut, cut, bot.ErrClosed, bot.ErrClosed, bot.ErrClosed, bot.ErrClosed, bot.ErrClosed}, trouble{}, false},
		{"cut for long", []error{nil, cut, unsure, cut, cut, cut, cut}, trouble{kind: "silent"}, true},
		{"quota used up", []error{quota, quota, quota, quota, quota, quota}, trouble{kind: "silent"}, false},
		{"back again", []error{cut, cut, cut, cut, cut, cut, cut, nil}, trouble{}, true},
		{"token refused", []error{nil, refused}, trouble{"token", 40164}, true},
		{"token refused, then mended", []error{refused, nil}, trouble{}, true},
		{"token refused, then cut", []error{refused, cut}, trouble{"token", 40164}, false},
		{"only people who left", []error{cut, cut, cut, bot.ErrGone, bot.ErrGone, bot.ErrGone}, trouble{}, true},
		{"the window is closed: the platform lives", []error{cut, cut, cut, cut, cut, cut, window}, trouble{}, true},
		{"our own ledger says nothing of it", []error{cut, cut, cut, cut, cut, cut, bot.ErrClosed}, trouble{kind: "silent"}, false},
		{"a bad message", []error{cut, cut, cut, cut, cut, cut, &bot.Refused{Code: 400}}, trouble{}, true},
		{"a message of ours that cannot be drawn", []error{&bot.Refused{}, &bot.Refused{}, &bot.Refused{}, &bot.Refused{}, &bot.Refused{}, &bot.Refused{}}, trouble{}, false},
		{"our own limits", []error{hasty, hasty, hasty, hasty, hasty, hasty, hasty}, trouble{}, false},
		{"pictures that are not here", []error{store.ErrNotYet, store.ErrNotYet, store.ErrNotYet, store.ErrNotFound, store.ErrNotFound, context.Canceled}, trouble{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, now := &pulse{}, time.Date(2026, 3, 6, 4, 0, 0, 0, time.UTC)
			for _, err := range tt.errs {
				p.hear(err, now)
				now = now.Add(time.Minute)
			}
			if got := p.judge(now, 5*time.Minute); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
			if p.since(time.Time{}) != tt.passed {
				t.Errorf("something got through: %v, want %v", !tt.passed, tt.passed)
			}
		})
	}
}

func TestPulseOfWebhook(t *testing.T) {
	p := &pulse{}
	for i, tt := range []struct {
		wrong bool
		want  string
	}{{true, ""}, {false, ""}, {true, ""}, {true, "webhook"}, {true, "webhook"}, {false, ""}} {
		p.hooked(tt.wrong)
		if got := p.judge(time.Now(), time.Minute).kind; got != tt.want {
			t.Errorf("look %d: %q, want %q", i, got, tt.want)
		}
	}
}

func TestTale(t *testing.T) {
	for _, one := range []tale{{true, "silent", 1}, {false, "token", 12}} {
		key := one.key("telegram")
		if len(key) > 190 {
			t.Errorf("key %q is too long", key)
		}
		if got := readTale(key); got != one {
			t.Errorf("%s reads %+v", key, got)
		}
	}
	for _, other := range []bot.EventKey{"", "timer:1:2", "house:channel:x:down:silent:many"} {
		if got := readTale(other); got.down || got.n != 0 {
			t.Errorf("%q reads %+v", other, got)
		}
	}
}
