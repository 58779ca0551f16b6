package outbox

import (
	"context"

	"redthread/bot"
	"redthread/store"
)

// Who is at work and reads alerts where the platform counts, or talks with a colleague,
// must know when it takes no more: the last message that it lets through says so, and
// what to do.

// roomForLast is how long, in bytes, a message may be with the words added: it goes out
// in one piece then.
const roomForLast = 1500

// warnAtLast adds to the last message that the platform allows what its reader has to
// know.
func (d *delivery) warnAtLast(ctx context.Context, o store.Outgoing) bot.Message {
	m, c := o.Message, d.s.Channels[o.To.Channel]
	if d.s.Last == nil || c == nil || !c.Metered() || d.cl.Budget != 1 || o.Pieces > 0 || m.Text == "" || len(m.Photos) > 0 || m.Document != nil {
		return m
	}
	who, lang, err := d.cl.Reader(ctx)
	if err != nil {
		d.s.log().WarnContext(ctx, "outbox: the last message says nothing of it", "conversation", o.To.String(), "error", err)
	}
	if who != "" {
		if words := d.s.Last(who, lang); words != "" && len(m.Text)+len(words)+2 <= roomForLast {
			m.Text += "\n\n" + words
		}
	}
	return m
}
