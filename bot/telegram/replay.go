package telegram

import (
	"context"

	"redthread/bot"
)

// Replay plays a dead letter's update as if it had just been delivered, and
// reports whether it had taken effect before. Letters that cannot be read or
// played stay where they are: the error says why. An update that means nothing
// to us, such as one of a group, is no error.
func (c *Channel) Replay(ctx context.Context, raw []byte, accept bot.Accept) (repeated bool, err error) {
	u, err := decode(raw)
	if err != nil {
		return false, err
	}
	err = c.play(ctx, u, func(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
		out, err := accept(ctx, ev)
		repeated = out.Repeated
		return out, err
	})
	return repeated, err
}
