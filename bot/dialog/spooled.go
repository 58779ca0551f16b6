package dialog

import (
	"cmp"
	"context"
	"time"

	"redthread/bot"
	"redthread/templates"
)

var saySpooled = templates.New[struct{}]("common.spooled")

// Spooled is what a person is told whose event lies safe and will be played
// later, because the database is away. It needs no database: the language is
// what Redis remembers of the talk, or what the event itself tells.
func (e *Engine) Spooled(ctx context.Context, ev bot.Event) (bot.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	lang := cmp.Or(e.cfg.Store.CachedLang(ctx, ev.From), ev.Lang, script(ev.Text))
	return e.cfg.Texts().Render(lang, saySpooled.With(struct{}{}))
}
