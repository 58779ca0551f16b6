package dialog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
	"unicode"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// Config is what an engine needs. Store, Texts and Flows must be given.
type Config struct {
	Store *store.Store
	Texts func() *templates.Set // the texts of the moment; asked once a turn

	Flows []Definition
	Cards []AnyCard
	News  []Notice

	// Agency is what welcome and menu tell in a language; nil: nothing.
	Agency func(lang string) Agency

	// Lost plays words that nothing else answers: a question, say. It is false
	// when it does not know either; then the menu is shown. nil: it always is.
	Lost func(*Turn) (bool, error)

	// Human plays the wish for a colleague; it will usually HandOff. Relay is
	// given what the person says while a colleague has the talk. Both are set,
	// or none: then nobody can be called.
	Human, Relay func(*Turn) error

	// May, if there is one, says whether a colleague of the role may press the
	// button of a card that is for colleagues, besides what the card says itself.
	May func(role store.Role, card, choice string) bool

	// Refused, if there is one, hears that somebody was refused something that is for
	// colleagues, by the name of what it was: a colleague, or somebody who is none
	// and pressed a colleague's button. The turn may be played again, and be told
	// again.
	Refused func(what string, colleague bool)

	// Danger, if there is one, hears what people write or send before anything else
	// does; false leaves it to the others, whatever was said meanwhile.
	Danger func(*Turn) (bool, error)

	// Gate, if there is one, names the flow in which a colleague has to settle something
	// before anything they do has an effect; empty: nothing. What they do meanwhile in a
	// chat of their own waits, and is played once Gate is content. In a place of several
	// people it has no effect, and Gate tells them so itself.
	Gate func(*Turn) (flow string, err error)

	// Heard, if there is one, hears that a colleague can be told things again who could
	// not a moment ago, because on a platform that counts they had to write first.
	Heard func(*Turn) error

	// Parted, if there is one, hears that the person has left us: nothing that is said
	// reaches them.
	Parted func(*Turn) error

	// Quoted, if there is one, may answer words that quote a message of ours
	// (bot.Event.Quoted), before anything else does; false leaves them to the
	// others.
	Quoted func(*Turn) (bool, error)

	// Place is given what colleagues say in a place of several people
	// (bot.Event.By), such as a thread of a group, while no question is open there.
	// nil: it is passed over.
	Place func(*Turn) error

	Now func() time.Time // the adapters' clock, for Event.ReplyBy; nil: time.Now
	Log *slog.Logger     // nil: slog.Default()
}

// Engine turns events into answers. It is safe for concurrent use and keeps
// nothing between two turns.
type Engine struct {
	cfg   Config
	flows map[string]*flow
	order []*flow // as configured
	cards map[string]AnyCard
	news  map[string]Notice
}

type flow struct {
	Definition
	facts
}

// New checks the conversations, together with their texts, and returns an engine
// that plays them. Its error lists every mistake.
func New(c Config) (*Engine, error) {
	if c.Store == nil || c.Texts == nil {
		return nil, errors.New("dialog: no store or no texts")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Agency == nil {
		c.Agency = func(string) Agency { return Agency{} }
	}
	e := &Engine{cfg: c, flows: map[string]*flow{}, cards: map[string]AnyCard{}, news: map[string]Notice{}}
	if c.Gate != nil {
		c.News = append(slices.Clone(c.News), Notice{Name: withheldNews, Play: func(t *Turn, _ string) error { return e.playWithheld(t) }})
	}
	if err := e.enter(c); err != nil {
		return nil, err
	}
	return e, nil
}

// Handle plays one event, exactly once. It implements bot.Accept.
//
// A step that fails is undone; the person hears that we are sorry, staff are
// told, and the event counts as handled. The database being away is different:
// the error is returned, and the platform must deliver the event again.
func (e *Engine) Handle(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	if ev.Key == "" || len(ev.Key) > 190 || ev.From.Channel == "" || ev.From.Chat == "" {
		return bot.Outcome{}, &bot.Poison{Err: errors.New("dialog: an event without a key or a conversation")}
	}
	play := e.play
	if ev.Over != bot.Within {
		play = e.muted
	}
	taken, toast, err := e.turn(ctx, ev, play)
	if err != nil {
		if store.IsAway(err) || ctx.Err() != nil {
			return bot.Outcome{}, err
		}
		if taken, err = e.apologise(ctx, ev, err); err != nil {
			return bot.Outcome{}, err
		}
	}
	return bot.Outcome{Repeated: taken.Repeated, Toast: toast, Reply: e.reply(ctx, ev, taken)}, nil
}

// turn plays ev within a turn of the store.
func (e *Engine) turn(ctx context.Context, ev bot.Event, play func(*Turn) error) (taken store.Taken, toast string, err error) {
	taken, err = e.cfg.Store.Turn(ctx, ev, func(tx *store.Tx, s *bot.Session) error {
		t := &Turn{Event: ev, Records: tx, ctx: ctx, engine: e, session: s, texts: e.cfg.Texts(), log: e.cfg.Log, missed: s.Missed}
		t.hearLanguage()
		if err := safely(func() error { return play(t) }); err != nil {
			return err
		}
		toast = t.toast
		return t.commit()
	})
	if err != nil || taken.Repeated {
		toast = "" // of a play that did not take effect
	}
	return taken, toast, err
}

// safely turns a panic into an error. What was panicked with may be a person's
// data, so that only the runtime's own words are kept.
func safely(play func() error) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		what := fmt.Sprintf("%T", p)
		if own, ok := p.(runtime.Error); ok {
			what = own.Error()
		}
		err = &panicked{what, string(debug.Stack())}
	}()
	return play()
}

type panicked struct{ what, stack string }

func (p *panicked) Error() string { return "dialog: panic: " + p.what }

// reply is what the callback's own answer carries: what the turn has taken along
// for it, or else the oldest message that waits, or what an earlier delivery of
// the event was given.
func (e *Engine) reply(ctx context.Context, ev bot.Event, taken store.Taken) *bot.Reply {
	if taken.Reply != nil || ev.ReplyBy.IsZero() || !e.cfg.Now().Before(ev.ReplyBy) {
		return taken.Reply
	}
	r, err := e.cfg.Store.Reply(ctx, ev)
	if err != nil {
		// What was said is in the outbox and goes the usual way.
		e.cfg.Log.WarnContext(ctx, "no reply prepared", "event", ev.Key, "error", err)
	}
	return r
}

// hearLanguage settles the language of a conversation as soon as anything tells
// it: the platform, or the script of the first words.
func (t *Turn) hearLanguage() {
	if t.session.Lang != "" || !t.Event.By.IsZero() { // a place speaks no one's language
		return
	}
	if slices.Contains(templates.Languages, t.Event.Lang) {
		t.session.Lang = t.Event.Lang
		return
	}
	if t.Event.Kind == bot.Wrote {
		t.session.Lang = script(t.Event.Text)
	}
}

// script tells the language that words are written in, if it can be told: not
// from "ok", a command, or a code in capitals.
func script(text string) string {
	latin := 0
	for i, c := range text {
		switch {
		case unicode.Is(unicode.Han, c):
			return "zh-CN"
		case i == 0 && c == '/':
			return ""
		case unicode.Is(unicode.Latin, c) && unicode.IsLower(c):
			latin++
		}
	}
	if latin > 3 {
		return "en"
	}
	return ""
}
