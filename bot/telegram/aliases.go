package telegram

import (
	"context"
	"sync"
)

// Aliases remembers under which chat ID a group lives now. Telegram gives a
// group a new one when it becomes a supergroup; its conversation keeps the name
// it had.
type Aliases interface {
	// Moved remembers that the chat from lives on as the chat to.
	Moved(ctx context.Context, from, to int64) error

	// Current is the ID the chat has now: chat itself, if it never moved.
	Current(ctx context.Context, chat int64) (int64, error)
}

// memoryAliases forgets with the process. That is no loss: the first send to
// the old ID is answered with the new one.
type memoryAliases struct{ moved sync.Map }

func (a *memoryAliases) Moved(_ context.Context, from, to int64) error {
	a.moved.Store(from, to)
	return nil
}

func (a *memoryAliases) Current(_ context.Context, chat int64) (int64, error) {
	if to, ok := a.moved.Load(chat); ok {
		return to.(int64), nil
	}
	return chat, nil
}
