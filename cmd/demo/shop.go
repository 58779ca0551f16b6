package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"redthread/bot/emulator"
)

// openShop lets the staff come to work before the first client does: each
// follows the account and, the first time, writes the invite code and answers
// what a new colleague is asked. They do it on their phones like anybody. Who is a
// client already comes back.
func openShop(ctx context.Context, phones []phone, h house) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var wait sync.WaitGroup
	errs := make([]error, len(phones))
	for i, p := range phones {
		switch {
		case p.Staff && p.With == "":
			wait.Go(func() { errs[i] = comeToWork(ctx, p, h) })
		case p.Aside:
			p.Resume()
		case p.seeker != nil:
			wait.Go(func() { errs[i] = comeBack(ctx, p) })
		}
	}
	wait.Wait()
	return errors.Join(errs...)
}

func comeToWork(ctx context.Context, p phone, h house) error {
	code, err := h.Invite(ctx, p.person)
	if err != nil {
		return err
	}
	steps := []func() error{
		p.Follow,
		func() error { return heard(ctx, p) },
	}
	if code != "" {
		steps = append(steps,
			func() error { return p.Write(code) },
			func() error { return at(ctx, h, p, "enrol/name") },
			func() error { return p.Write(p.Name.ZH) },
			func() error { return at(ctx, h, p, "enrol/pledge") },
			func() error { return pressFirst(ctx, p) },
			func() error { return at(ctx, h, p, "") },
		)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("demo: %s comes to work: %w", p.ID, err)
		}
	}
	return nil
}

// comeBack lets somebody in who is a client already: they say something, so that
// WeChat lets us write to them for two days.
func comeBack(ctx context.Context, p phone) error {
	for _, step := range []func() error{p.Follow, func() error { return heard(ctx, p) }, func() error { return p.Write("菜单") }, func() error { return heard(ctx, p) }} {
		if err := step(); err != nil {
			return fmt.Errorf("demo: %s comes back: %w", p.ID, err)
		}
	}
	return nil
}

// heard waits for the bot's first words on the phone.
func heard(ctx context.Context, p phone) error {
	_, err := p.Screen().Wait(ctx, func(shown []emulator.Bubble) bool {
		return len(shown) > 0 && !shown[len(shown)-1].Mine
	})
	return err
}

// at waits until the phone's conversation stands at the step.
func at(ctx context.Context, panel Panel, p phone, step string) error {
	for {
		turns, err := panel.Turns(ctx, maxTurns)
		if err != nil {
			return err
		}
		for _, t := range turns {
			if t.Conversation != p.conversation() {
				continue
			}
			if t.After == step {
				return nil
			}
			break // older turns do not count
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("it never came to %q: %w", step, ctx.Err())
		}
	}
}

// pressFirst presses the first button of the newest bubble that has any.
func pressFirst(ctx context.Context, p phone) error {
	var found spot
	_, err := p.Screen().Wait(ctx, func(shown []emulator.Bubble) (ok bool) {
		if len(shown) > 0 {
			found, ok = firstButton(shown[len(shown)-1])
		}
		return ok
	})
	if err != nil {
		return err
	}
	return found.press(p)
}

func firstButton(b emulator.Bubble) (spot, bool) {
	switch {
	case b.Mine:
		return spot{}, false
	case len(b.Keys) > 0:
		return spot{b.ID, 0, 0, -1}, true
	}
	for i, w := range b.Words {
		if w.URL == "" {
			return spot{b.ID, 0, 0, i}, true
		}
	}
	return spot{}, false
}

// conversation is the person's name in the bot's records.
func (p person) conversation() string { return strings.Join([]string{p.Platform, p.Address}, ":") }
