package outbox

import (
	"context"
	"errors"
	"time"

	"redthread/bot"
	"redthread/store"
)

// Knocks says how people are told that something waits for them, where the channel
// can do that (bot.Knocker).
type Knocks struct {
	Every time.Duration // nobody is told more often

	// Say gives what the fields of a template can tell, by bot.KnockWords, in the
	// language of the conversation as far as that is known. It must hold nothing
	// personal.
	Say func(store.Waits) (map[string]string, error)
}

// knock tells the person that something waits, when the platform takes no message for
// them, and says how the conversation rests then. The claim is still held, so a
// process that dies meanwhile leaves it to another, which asks for the same one.
func (d *delivery) knock(ctx context.Context, rest store.Rest) store.Rest {
	channel, ok := d.s.Channels[d.cl.To.Channel].(bot.Knocker)
	if !ok || d.s.Knocks == nil {
		return rest
	}
	err := d.knockBy(ctx, channel)
	var slow *bot.SlowDown
	var unsure *bot.Unsure
	switch {
	case errors.Is(err, errNothing), errors.Is(err, bot.ErrNoKnock):
		return rest
	case err == nil, errors.As(err, &unsure): // a second one would be worse than none
		rest.Knocked = true
	case errors.Is(err, bot.ErrGone):
		rest = store.Rest{Gone: true} // then nothing waits for them either
	case errors.As(err, &slow):
		rest = store.Rest{Wait: slow.For}
	}
	if err != nil {
		d.s.log().WarnContext(ctx, "outbox: no template message", "conversation", d.cl.To.String(), "error", err)
	}
	return rest
}

// errNothing says that nobody is to be told anything.
var errNothing = errors.New("outbox: nothing to be told by a template message")

func (d *delivery) knockBy(ctx context.Context, channel bot.Knocker) error {
	w, may, err := d.cl.Waits(ctx, d.s.Knocks.Every)
	if err != nil {
		return err
	}
	if !may {
		return errNothing
	}
	say, err := d.s.Knocks.Say(w)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, oneSend)
	defer cancel()
	defer d.s.keep(ctx, cancel, d.cl)()
	return channel.Knock(ctx, bot.Knock{To: d.cl.To, Purpose: w.Purpose, Once: w.Once, Say: say})
}
