package wechat

import (
	"context"
	"fmt"
	"strings"

	"redthread/bot"
)

const templatePath = "/cgi-bin/message/template/send"

// maxThing is the longest value of a field of the kind thing, in characters; the
// platform refuses longer ones (47003).
const maxThing = 20

// templateMessage is the body of a template message
// (developers.weixin.qq.com, 模板消息接口). client_msg_id keeps a repeated one from
// being given twice, for ten minutes.
type templateMessage struct {
	To       string                   `json:"touser"`
	Template string                   `json:"template_id"`
	Once     string                   `json:"client_msg_id"`
	Data     map[string]templateValue `json:"data"`
}

type templateValue struct {
	Value string `json:"value"`
}

// Knock tells a person by the purpose's template that something waits for them. That
// the platform takes it does not say that it arrives: if it does not, a bot.Bounced
// event comes.
func (c *Channel) Knock(ctx context.Context, k bot.Knock) error {
	t, ok := c.cfg.Templates[k.Purpose]
	if !ok || t.ID == "" {
		return fmt.Errorf("wechat: knock: %s: %w", k.Purpose, bot.ErrNoKnock)
	}
	m := templateMessage{To: k.To.Chat, Template: t.ID, Once: k.Once, Data: map[string]templateValue{}}
	for field, what := range t.Fields {
		m.Data[field] = templateValue{fieldValue(field, k.Say[what])}
	}
	call, err := jsonCall(templatePath, m)
	if err != nil {
		return err
	}
	call.once = true
	if err := c.ask(ctx, call, nil); err != nil {
		return fmt.Errorf("wechat: knock: %w", c.explain(err))
	}
	return nil
}

// fieldValue is a value as its field takes it.
func fieldValue(field, value string) string {
	value = oneLine(disarm(value))
	if r := []rune(value); strings.HasPrefix(field, "thing") && len(r) > maxThing {
		return string(r[:maxThing-1]) + "…"
	}
	return value
}
