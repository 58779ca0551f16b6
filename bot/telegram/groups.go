package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	sdk "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"redthread/bot"
)

// In a group of the staff several people look at one screen, so an event of it
// tells by whom it is. Who only claims to be somebody is nobody: a bot, an
// administrator who hides behind the group, a channel.

// inGroup fills in where in a group something was done, and by whom. It is false
// for groups that are none of ours, for threads that we have not made, and for who
// is no person.
func (c *Channel) inGroup(ctx context.Context, ev *bot.Event, m *message, from models.User) (bool, error) {
	if from.IsBot || from.ID <= 0 || m.SenderChat != nil {
		return false, nil
	}
	home, ok, err := c.home(ctx, m.Chat.ID)
	if !ok || err != nil {
		return false, err
	}
	ev.From, ev.By = private(home), private(from.ID)
	named(ev, from)
	if !m.InTopic { // the topic General has no thread
		return true, nil
	}
	key, err := c.keyOf(ctx, home, m)
	ev.From = ev.From.Thread(key)
	return key != "", err
}

// home is the ID under which we know a group of the staff that is called chat now.
func (c *Channel) home(ctx context.Context, chat int64) (id int64, ok bool, err error) {
	if slices.Contains(c.groups, chat) {
		return chat, true, nil
	}
	for _, g := range c.groups {
		now, err := c.aliases.Current(ctx, g)
		if err != nil {
			return 0, false, fmt.Errorf("telegram: where group %d lives now: %w", g, err)
		}
		if now == chat {
			return g, true, nil
		}
	}
	return 0, false, nil
}

// keyOf is whose thread a message stands in; empty for one that is not ours. A
// thread that we have made and do not remember, because we died over it, is known
// by the line that opened it.
func (c *Channel) keyOf(ctx context.Context, group int64, m *message) (string, error) {
	key, err := c.threads.Key(ctx, group, m.Thread)
	if err != nil {
		return "", fmt.Errorf("telegram: whose thread %d of group %d is: %w", m.Thread, group, err)
	}
	if q := m.Quotes; key == "" && q != nil && q.Opened != nil && c.isUs(q.From) && keyShape.MatchString(q.Opened.Name) {
		key = q.Opened.Name
	}
	return key, nil
}

// CheckGroups asks Telegram whether topics can be opened in the groups of the
// staff. The error names each group in which they cannot, and what to do.
func (c *Channel) CheckGroups(ctx context.Context) error {
	var errs []error
	for _, g := range c.groups {
		if err := c.checkGroup(ctx, g); err != nil {
			errs = append(errs, fmt.Errorf("telegram.staff_groups: %d: %w", g, err))
		}
	}
	return errors.Join(errs...)
}

var (
	errNoMember = errors.New("the bot is not in the group, or there is none of that ID; put it in and make it an administrator who may manage topics")
	errNoForum  = errors.New("the group has no topics; turn them on in its settings")
	errNoRights = errors.New("the bot may not manage topics; make it an administrator who may")
)

func (c *Channel) checkGroup(ctx context.Context, group int64) error {
	at, err := c.aliases.Current(ctx, group)
	if err != nil {
		return err
	}
	chat, err := c.api.GetChat(ctx, &sdk.GetChatParams{ChatID: at})
	switch {
	case errors.Is(err, sdk.ErrorForbidden), says(err, "chat not found"):
		return errNoMember
	case err != nil:
		return c.explained("get chat", err)
	case !chat.IsForum:
		return errNoForum
	}
	id, err := strconv.ParseInt(c.botID, 10, 64)
	if err != nil {
		return fmt.Errorf("the bot's own ID: %w", err)
	}
	me, err := c.api.GetChatMember(ctx, &sdk.GetChatMemberParams{ChatID: at, UserID: id})
	switch {
	case err != nil:
		return c.explained("get chat member", err)
	case me.Type == models.ChatMemberTypeLeft, me.Type == models.ChatMemberTypeBanned:
		return errNoMember
	case me.Type != models.ChatMemberTypeOwner && (me.Administrator == nil || !me.Administrator.CanManageTopics):
		return errNoRights
	}
	return nil
}
