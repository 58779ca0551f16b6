package wechat

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"redthread/bot"
)

// Replay plays a dead letter's callback as if it had just been delivered, and
// reports whether it had taken effect before. Nobody waits for an answer, so
// that all messages go the usual way. Letters that cannot be read or played stay
// where they are: the error says why. A callback that means nothing to us is no
// error.
func (c *Channel) Replay(ctx context.Context, raw []byte, accept bot.Accept) (repeated bool, err error) {
	raw, err = c.reopen(raw)
	if err != nil {
		return false, err
	}
	var p push
	if err := c.safely(func() (err error) { p, err = decode(raw); return }); err != nil {
		return false, &bot.Poison{Err: err}
	}
	ev, ok := c.event(p, c.now())
	if !ok {
		return false, nil
	}
	ev.ReplyBy = time.Time{}
	if ev.Opens != nil && !c.now().Before(ev.At.Add(ev.Opens.For)) {
		ev.Opens = nil // an old one must not take the place of a newer
	}
	err = c.safely(func() error {
		out, err := accept(ctx, ev)
		repeated = out.Repeated
		return err
	})
	return repeated, err
}

// reopen opens a letter that no key of its day opened; one that was open stays
// as it is. Its signature was proved before it became a letter.
func (c *Channel) reopen(raw []byte) ([]byte, error) {
	var sealed message.EncryptedXMLMsg
	if err := xml.Unmarshal(raw, &sealed); err != nil || sealed.EncryptedMsg == "" {
		return raw, nil
	}
	for _, key := range c.keys {
		opened, account, err := decrypt(sealed.EncryptedMsg, key)
		switch {
		case err != nil:
			continue
		case account != c.cfg.AppID:
			return nil, fmt.Errorf("wechat: the letter is meant for another AppID")
		}
		return opened, nil
	}
	return nil, errors.New("wechat: no key opens the letter: check AESKey and PreviousAESKey")
}
