package wechat

import (
	"context"
	"errors"
	"fmt"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"redthread/bot"
)

const sendPath = "/cgi-bin/message/custom/send"

// Send delivers a message as customer-service messages, from piece Skip on and
// at most Budget of them; where more are left it returns ErrClosed. The platform
// gives its messages no names, so Receipt.Refs stays empty. It has no key to
// repeat a send safely either: a send that may have arrived is a *bot.Unsure. A
// message with a file is refused whole: there is no message of that kind.
func (c *Channel) Send(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if d.Message.Document != nil {
		return bot.Receipt{Pieces: max(d.Skip, 0)}, fmt.Errorf("wechat: send: %w", &bot.Refused{Reason: "an Official Account cannot send files"})
	}
	pieces := c.draw(d.Message, d.Seq)
	r := bot.Receipt{Pieces: min(max(d.Skip, 0), len(pieces)), Total: len(pieces)}
	for sent := 0; r.Pieces < r.Total; sent++ {
		if d.Budget >= 0 && sent >= d.Budget {
			return r, fmt.Errorf("wechat: send: allowance used up: %w", bot.ErrClosed)
		}
		if err := c.sendPiece(ctx, d, pieces[r.Pieces]); err != nil {
			return r, err
		}
		r.Pieces++
	}
	return r, nil
}

func (c *Channel) sendPiece(ctx context.Context, d bot.Delivery, p piece) error {
	if p.photo == "" {
		return c.sendMessage(ctx, message.NewCustomerTextMessage(d.To.Chat, p.text))
	}
	id, err := c.uploadPhoto(ctx, d, p.photo)
	if err != nil {
		return fmt.Errorf("wechat: send picture: %w", c.explain(err))
	}
	return c.sendMessage(ctx, message.NewCustomerImgMessage(d.To.Chat, id))
}

func (c *Channel) sendMessage(ctx context.Context, m *message.CustomerMessage) error {
	k, err := jsonCall(sendPath, m)
	if err != nil {
		return err
	}
	k.once = true
	if err := c.ask(ctx, k, nil); err != nil {
		return fmt.Errorf("wechat: send %s: %w", m.Msgtype, c.explain(err))
	}
	return nil
}

// explain turns an error of the platform into what it means for a message.
func (c *Channel) explain(err error) error {
	if e := new(APIError); errors.As(err, &e) {
		return meaning(e, c.now())
	}
	return err
}
