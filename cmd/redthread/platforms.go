package main

import (
	"context"
	"errors"

	"redthread/bot/config"
	"redthread/bot/telegram"
	"redthread/bot/wechat"
)

// platforms are the enabled platforms, opened to ask them something: nothing is
// served, and no database is needed.
type platforms struct {
	*config.Config
	wechat   *wechat.Channel   // nil: not enabled
	telegram *telegram.Channel // nil: not enabled
}

func openPlatforms(t *terminal) (*platforms, error) {
	c, err := config.Load(t.config)
	if err != nil {
		return nil, err
	}
	p := &platforms{Config: c}
	if w := onWeChat(c); w != nil {
		w.Letters = noLetters{}
		if p.wechat, err = wechat.New(*w); err != nil {
			return nil, err
		}
	}
	if g := onTelegram(c); g != nil {
		g.Letters = noLetters{}
		if p.telegram, err = telegram.New(*g); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *platforms) close(ctx context.Context) (err error) {
	if p.wechat != nil {
		err = p.wechat.Close(ctx)
	}
	if p.telegram != nil {
		err = errors.Join(err, p.telegram.Close(ctx))
	}
	return err
}

// noLetters is for channels that are not served.
type noLetters struct{}

func (noLetters) Bury(context.Context, string, []byte, error) error {
	return errors.New("nothing is served here")
}
