package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"redthread/bot/server"
	"redthread/bot/telegram"
)

type webhookCommand struct {
	Set    webhookSet    `cmd:"" help:"Have Telegram deliver to listen.public_url, and say what to enter on WeChat's page."`
	Status webhookStatus `cmd:"" help:"Say whether the platforms reach us and take our calls."`
	Delete webhookDelete `cmd:"" help:"Stop the deliveries. What waits at the platform is kept there."`
}

type webhookSet struct {
	Connections int `default:"40" help:"How many updates Telegram may deliver at the same time, 1 to 100."`
}

// Run sets what can be set, and says the rest.
func (w webhookSet) Run(t *terminal) (err error) {
	p, err := openPlatforms(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close(t)) }()
	if p.Listen.PublicURL == "" {
		return errNoPublicURL
	}
	var errs []error
	if p.telegram != nil {
		at := p.at(server.TelegramPath)
		if err := p.telegram.SetWebhook(t, at, w.Connections); err != nil {
			errs = append(errs, err)
		} else {
			fmt.Fprintf(t.out, "✓ Telegram delivers to %s\n", at)
		}
	}
	if p.wechat != nil {
		p.tellOfWeChatsPage(t)
		errs = append(errs, p.probe(t))
	}
	return errors.Join(errs...)
}

var errNoPublicURL = errors.New("listen.public_url is empty; set the https address under which the platforms reach this program")

func (p *platforms) at(path string) string {
	return strings.TrimSuffix(p.Listen.PublicURL, "/") + path
}

// modes are the names of wechat.mode on the platform's page.
var modes = map[string]string{"safe": "安全模式", "compatible": "兼容模式", "plain": "明文模式"}

func (p *platforms) tellOfWeChatsPage(t *terminal) {
	fmt.Fprintf(t.out, `WeChat has no call for it. On the platform's page 设置与开发 → 基本配置 → 服务器配置 enter:
  服务器地址 (URL)      %s
  令牌 (Token)          what wechat.token holds
  消息加解密密钥        what wechat.aes_key holds
  消息加解密方式        %s
then 提交 and 启用. The program must be running; the page asks it at once.
`, p.at(server.WeChatPath), modes[p.WeChat.Mode])
}

// probe asks our own address as WeChat's page does.
func (p *platforms) probe(t *terminal) error {
	if err := p.wechat.Probe(t, p.at(server.WeChatPath)); err != nil {
		fmt.Fprintf(t.out, "✗ WeChat would not find us\n")
		return err
	}
	fmt.Fprintf(t.out, "✓ WeChat's address answers as it should\n")
	return nil
}

type webhookStatus struct{}

// Run looks at every platform, so that one round shows all.
func (webhookStatus) Run(t *terminal) (err error) {
	p, err := openPlatforms(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close(t)) }()
	var errs []error
	if p.telegram != nil {
		errs = append(errs, p.telegramStatus(t))
	}
	if p.wechat != nil {
		errs = append(errs, p.wechatStatus(t))
	}
	return errors.Join(errs...)
}

func (p *platforms) telegramStatus(t *terminal) error {
	name, err := p.telegram.Username(t)
	if err != nil {
		fmt.Fprintln(t.out, "✗ Telegram does not take our calls")
		return err
	}
	info, err := p.telegram.WebhookInfo(t)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "✓ Telegram knows us as @%s\n", name)
	fmt.Fprintf(t.out, "  it delivers to %s, over %d connections at most\n", orNone(info.URL), info.MaxConnections)
	fmt.Fprintf(t.out, "  %d updates wait\n", info.Pending)
	if info.LastError != "" {
		fmt.Fprintf(t.out, "  the last failed delivery, %s: %s%s\n", info.LastErrorAt.In(p.Agency.Location()).Format(time.DateTime), info.LastError, webhookRemedy(info.LastError))
	}
	return p.judgeWebhook(info)
}

func (p *platforms) judgeWebhook(info telegram.WebhookInfo) error {
	switch want := p.at(server.TelegramPath); {
	case info.URL == "" && p.Listen.PublicURL != "":
		return errors.New("no webhook is set, Telegram delivers to nobody; run `redthread webhook set`")
	case info.URL != want && p.Listen.PublicURL != "":
		return fmt.Errorf("the webhook is not %s, Telegram delivers to another address; run `redthread webhook set`", want)
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "nobody"
	}
	return s
}

// webhookRemedy says what to do about an error that Telegram reports of us.
func webhookRemedy(reported string) string {
	text := strings.ToLower(reported)
	for _, known := range []struct{ sign, remedy string }{
		{"certificate", "the certificate must be valid, with its whole chain"},
		{"ssl", "the certificate must be valid, with its whole chain"},
		{"401", "telegram.webhook_secret was changed; run `redthread webhook set`"},
		{"404", "the reverse proxy must pass " + server.TelegramPath + " on to the program"},
		{"502", "the reverse proxy does not reach the program: is it running?"},
		{"503", "the program could not take it: look at its log, at the database first"},
		{"timed out", "nobody answers at the address: firewall, DNS, reverse proxy"},
		{"connection refused", "nobody answers at the address: firewall, DNS, reverse proxy"},
		{"resolve host", "the name has no address in DNS"},
	} {
		if strings.Contains(text, known.sign) {
			return " — " + known.remedy
		}
	}
	return ""
}

func (p *platforms) wechatStatus(t *terminal) error {
	var errs []error
	if err := p.wechat.Check(t); err != nil {
		fmt.Fprintln(t.out, "✗ WeChat does not take our calls")
		errs = append(errs, err)
	} else {
		fmt.Fprintln(t.out, "✓ WeChat takes our calls, and the account may write to people")
	}
	if p.Listen.PublicURL == "" {
		return errors.Join(append(errs, errNoPublicURL)...)
	}
	return errors.Join(append(errs, p.probe(t))...)
}

type webhookDelete struct{}

func (webhookDelete) Run(t *terminal) (err error) {
	p, err := openPlatforms(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close(t)) }()
	if p.wechat != nil {
		fmt.Fprintln(t.out, "WeChat: 设置与开发 → 基本配置 → 服务器配置 → 停用. There is no call for it.")
	}
	if p.telegram != nil {
		if err := p.telegram.DeleteWebhook(context.WithoutCancel(t)); err != nil {
			return err
		}
		fmt.Fprintln(t.out, "✓ Telegram delivers no more; it keeps what comes for a day")
	}
	return nil
}
