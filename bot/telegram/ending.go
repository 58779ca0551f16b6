package telegram

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/go-telegram/bot"

	"redthread/bot"
)

// DeleteThread deletes a topic of a group of the staff, with all that was written in
// it. One that is gone already is no error; neither is a group in which we are no
// more, as nothing there is ours to delete. It says *bot.SlowDown when Telegram asks
// for a pause.
func (c *Channel) DeleteThread(ctx context.Context, group int64, thread int) error {
	at, err := c.aliases.Current(ctx, group)
	if err != nil {
		return fmt.Errorf("telegram: where group %d lives now: %w", group, err)
	}
	_, err = c.api.DeleteForumTopic(ctx, &sdk.DeleteForumTopicParams{ChatID: at, MessageThreadID: thread})
	if err == nil || says(err, threadGone...) {
		return nil
	}
	c.explainGroup(group, err)
	if err = c.failure("delete topic", at, err); errors.Is(err, bot.ErrGone) {
		return nil
	}
	return err
}
