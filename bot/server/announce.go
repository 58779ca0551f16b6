package server

import (
	"context"
	"errors"
	"time"

	"redthread/bot/telegram"
	"redthread/bot/wechat"
	"redthread/flows"
	"redthread/templates"
)

// announce tells the platforms what we offer: WeChat's menu bar, Telegram's
// commands and where its updates are to go. What fails is tried again until it
// succeeds; clients are served meanwhile.
func (s *Server) announce(ctx context.Context) {
	for wait := time.Second; ; wait = min(wait*2, 10*time.Minute) {
		err := s.announceOnce(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.log.WarnContext(ctx, "menu, commands or webhook not set, will be tried again", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// lookAtGroups tells the operator at the start what stands in the way of topics in
// the groups of the staff: talks go on in private chats meanwhile.
func (s *Server) lookAtGroups(ctx context.Context) {
	if s.telegram == nil {
		return
	}
	if err := s.telegram.CheckGroups(ctx); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "talks cannot be held in topics", "error", err)
	}
}

func (s *Server) announceOnce(ctx context.Context) error {
	var errs []error
	if s.wechat != nil {
		errs = append(errs, s.pushMenu(ctx))
	}
	if s.telegram != nil {
		errs = append(errs, s.setCommands(ctx))
		if s.cfg.PublicURL != "" && !s.cfg.Poll {
			errs = append(errs, s.telegram.SetWebhook(ctx, s.publicURL(TelegramPath), 0))
		}
	}
	return errors.Join(errs...)
}

func (s *Server) pushMenu(ctx context.Context) error {
	items, err := Menu(s.cfg.Texts.Current())
	if err != nil {
		return err
	}
	return s.wechat.PushMenu(ctx, items)
}

// Menu is WeChat's menu bar, as the texts have it.
func Menu(set *templates.Set) ([]wechat.MenuItem, error) {
	bar, err := flows.MenuBar(set)
	if err != nil {
		return nil, err
	}
	return menuItems(bar), nil
}

func menuItems(doors []flows.Door) []wechat.MenuItem {
	var items []wechat.MenuItem
	for _, d := range doors {
		items = append(items, wechat.MenuItem{Label: d.Label, Key: d.Key, Items: menuItems(d.Items)})
	}
	return items
}

func (s *Server) setCommands(ctx context.Context) error {
	by, err := Commands(s.cfg.Texts.Current())
	if err != nil {
		return err
	}
	return s.telegram.SetCommands(ctx, by)
}

// Commands are Telegram's commands by language, as the texts have them.
func Commands(set *templates.Set) (map[string][]telegram.Command, error) {
	all, err := flows.Commands(set)
	if err != nil {
		return nil, err
	}
	by := map[string][]telegram.Command{}
	for lang, list := range all {
		for _, c := range list {
			by[lang] = append(by[lang], telegram.Command{Name: c.Name, Text: c.Text})
		}
	}
	return by, nil
}
