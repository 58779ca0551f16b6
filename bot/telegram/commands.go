package telegram

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	sdk "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Command is a line of the menu beside the input field.
type Command struct {
	Name string // "menu", without the slash: 1–32 of a-z 0-9 _
	Text string // what it does, 1–256 characters
}

// updatesWanted are the kinds of updates that event knows.
var updatesWanted = []string{
	models.AllowedUpdateMessage, models.AllowedUpdateEditedMessage,
	models.AllowedUpdateCallbackQuery, models.AllowedUpdateMyChatMember,
}

// SetCommands tells Telegram the commands of each language ("zh-CN", "en").
// Who uses Telegram in a language we do not speak sees those of "en", or of the
// first language there is. It may be repeated at every start.
func (c *Channel) SetCommands(ctx context.Context, byLang map[string][]Command) error {
	langs := slices.Sorted(maps.Keys(byLang))
	for _, lang := range langs {
		if err := checkCommands(lang, byLang[lang]); err != nil {
			return err
		}
	}
	if len(langs) == 0 {
		return fmt.Errorf("telegram: commands: no language given")
	}
	usual := langs[0]
	if _, ok := byLang["en"]; ok {
		usual = "en"
	}
	if err := c.setCommands(ctx, "", byLang[usual]); err != nil {
		return err
	}
	for _, lang := range langs {
		code, _, _ := strings.Cut(strings.ToLower(lang), "-") // the API takes two letters: zh for zh-CN
		if err := c.setCommands(ctx, code, byLang[lang]); err != nil {
			return err
		}
	}
	return nil
}

// Commands asks Telegram for the commands of a language ("zh-CN", "en"; empty:
// those of everybody else).
func (c *Channel) Commands(ctx context.Context, lang string) ([]Command, error) {
	code, _, _ := strings.Cut(strings.ToLower(lang), "-")
	got, err := c.api.GetMyCommands(ctx, &sdk.GetMyCommandsParams{LanguageCode: code})
	if err != nil {
		return nil, c.explained("get commands", err)
	}
	var list []Command
	for _, cmd := range got {
		list = append(list, Command{cmd.Command, cmd.Description})
	}
	return list, nil
}

func (c *Channel) setCommands(ctx context.Context, code string, list []Command) error {
	p := &sdk.SetMyCommandsParams{LanguageCode: code, Commands: []models.BotCommand{}}
	for _, cmd := range list {
		p.Commands = append(p.Commands, models.BotCommand{Command: cmd.Name, Description: cmd.Text})
	}
	if _, err := c.api.SetMyCommands(ctx, p); err != nil {
		return c.explained("set commands", err)
	}
	return nil
}

var (
	commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	langShape   = regexp.MustCompile(`^[a-z]{2}(-[A-Za-z]+)?$`)
)

// checkCommands holds the list against the sizes of setMyCommands.
func checkCommands(lang string, list []Command) error {
	if !langShape.MatchString(lang) {
		return fmt.Errorf("telegram: commands: %q is no language like \"zh-CN\" or \"en\"", lang)
	}
	if len(list) > 100 {
		return fmt.Errorf("telegram: commands of %s: %d, Telegram takes 100", lang, len(list))
	}
	for _, cmd := range list {
		if !commandName.MatchString(cmd.Name) {
			return fmt.Errorf("telegram: commands of %s: %q: expected 1 to 32 of a-z 0-9 _", lang, cmd.Name)
		}
		if n := utf8.RuneCountInString(cmd.Text); n < 1 || n > 256 {
			return fmt.Errorf("telegram: commands of %s: the text of %q has %d characters, expected 1 to 256", lang, cmd.Name, n)
		}
	}
	return nil
}

// SetWebhook asks Telegram to deliver updates to address, over at most
// maxConnections connections at a time (1–100; 0: 40). What waits to be
// delivered is kept. Telegram is told the first of Config.Secrets.
func (c *Channel) SetWebhook(ctx context.Context, address string, maxConnections int) error {
	if maxConnections == 0 {
		maxConnections = 40
	}
	if maxConnections < 1 || maxConnections > 100 {
		return fmt.Errorf("telegram: set webhook: %d connections, expected 1 to 100", maxConnections)
	}
	_, err := c.api.SetWebhook(ctx, &sdk.SetWebhookParams{
		URL: address, MaxConnections: maxConnections, AllowedUpdates: updatesWanted, SecretToken: c.secrets[0],
	})
	if err != nil {
		return c.explained("set webhook", err)
	}
	return nil
}

// DeleteWebhook stops the deliveries; what waits is kept. Poll needs it.
func (c *Channel) DeleteWebhook(ctx context.Context) error {
	// The SDK leaves the parameter out when it is false, and then Telegram keeps
	// what waits.
	if _, err := c.api.DeleteWebhook(ctx, &sdk.DeleteWebhookParams{}); err != nil {
		return c.explained("delete webhook", err)
	}
	return nil
}

// WebhookInfo says how the deliveries are going, for an operator's eyes.
type WebhookInfo struct {
	URL            string // empty: no webhook is set
	Pending        int    // updates that wait to be delivered
	LastError      string // of the latest failed delivery, empty when there was none
	LastErrorAt    time.Time
	MaxConnections int
}

// WebhookInfo asks Telegram how the deliveries are going.
func (c *Channel) WebhookInfo(ctx context.Context) (WebhookInfo, error) {
	got, err := c.api.GetWebhookInfo(ctx)
	if err != nil {
		return WebhookInfo{}, c.explained("webhook info", err)
	}
	info := WebhookInfo{URL: got.URL, Pending: got.PendingUpdateCount, LastError: got.LastErrorMessage, MaxConnections: got.MaxConnections}
	if got.LastErrorDate != 0 {
		info.LastErrorAt = time.Unix(int64(got.LastErrorDate), 0)
	}
	return info, nil
}

// Username asks Telegram for the bot's name, as in t.me/NAME?start=PAYLOAD.
func (c *Channel) Username(ctx context.Context) (string, error) {
	me, err := c.api.GetMe(ctx)
	if err != nil {
		return "", c.explained("get me", err)
	}
	return me.Username, nil
}

// Check asks Telegram whether it is there and knows the token.
func (c *Channel) Check(ctx context.Context) error {
	_, err := c.Username(ctx)
	return err
}

// explained is the error of a call that sends no message, with a remedy where
// one is known.
func (c *Channel) explained(what string, err error) error {
	if tokenRefused(err) {
		return c.hidden(what, fmt.Errorf("Telegram does not know the token; compare the setting Token with what @BotFather shows: %w", err))
	}
	return c.hidden(what, err)
}
