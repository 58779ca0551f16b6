package emulator

import (
	"encoding/json"
	"regexp"
	"strings"
)

// TelegramCommand is a line of the list behind the "/" key.
type TelegramCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// tgCommandKey names one list: whose (scope and its chat and user), and for
// which language.
type tgCommandKey struct {
	scope      string
	chat, user int64
	lang       string
}

var (
	tgCommandName = regexp.MustCompile(`^/?[a-z0-9_]{1,32}$`)
	tgLanguage    = regexp.MustCompile(`^([a-z]{2})?$`)
)

var tgScopes = map[string]bool{
	"default": true, "all_private_chats": true, "all_group_chats": true, "all_chat_administrators": true,
	"chat": true, "chat_administrators": true, "chat_member": true,
}

func tgReadCommandKey(c *tgCall) (tgCommandKey, error) {
	var scope struct {
		Type string          `json:"type"`
		Chat json.RawMessage `json:"chat_id"`
		User int64           `json:"user_id"`
	}
	if err := c.object("scope", &scope); err != nil {
		return tgCommandKey{}, err
	}
	key := tgCommandKey{scope: tgOr(scope.Type, "default"), user: scope.User, lang: c.str("language_code")}
	if !tgScopes[key.scope] {
		return key, tgBad("unsupported scope type")
	}
	if !tgLanguage.MatchString(key.lang) {
		return key, tgBad("invalid language code specified")
	}
	_ = json.Unmarshal([]byte(strings.Trim(string(scope.Chat), `"`)), &key.chat) // 0 when it is no number
	if strings.HasPrefix(key.scope, "chat") && key.chat == 0 {
		return key, tgBad("chat not found")
	}
	return key, nil
}

func (t *Telegram) setMyCommands(c *tgCall) (any, error) {
	key, err := tgReadCommandKey(c)
	if err != nil {
		return nil, err
	}
	var list []TelegramCommand
	if err := c.object("commands", &list); err != nil {
		return nil, err
	}
	if len(list) > 100 {
		return nil, tgBad("BOT_COMMANDS_TOO_MUCH")
	}
	for i, command := range list {
		list[i].Command = strings.TrimPrefix(command.Command, "/")
		list[i].Description = tgClean(command.Description)
		if !tgCommandName.MatchString(command.Command) {
			return nil, tgBad("BOT_COMMAND_INVALID")
		}
		if n := tgUnits(list[i].Description); n < 1 || n > 256 {
			return nil, tgBad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	t.commands[key] = list
	if len(list) == 0 {
		delete(t.commands, key)
	}
	t.showMenu()
	return true, nil
}

func (t *Telegram) deleteMyCommands(c *tgCall) (any, error) {
	key, err := tgReadCommandKey(c)
	if err != nil {
		return nil, err
	}
	delete(t.commands, key)
	t.showMenu()
	return true, nil
}

func (t *Telegram) getMyCommands(c *tgCall) (any, error) {
	key, err := tgReadCommandKey(c)
	if err != nil {
		return nil, err
	}
	if list := t.commands[key]; list != nil {
		return list, nil
	}
	return []TelegramCommand{}, nil
}

func (t *Telegram) setChatMenuButton(c *tgCall) (any, error) {
	var button struct {
		Type string `json:"type"`
	}
	if err := c.object("menu_button", &button); err != nil {
		return nil, err
	}
	switch button.Type {
	case "", "default", "commands", "web_app":
	default:
		return nil, tgBad("unsupported menu button type")
	}
	if c.has("chat_id") {
		chat, err := t.chat(c, "chat_id")
		if err != nil {
			return nil, err
		}
		chat.screen.show(Change{Kind: "menu", Text: button.Type})
		return true, nil
	}
	t.showMenu()
	return true, nil
}

func (t *Telegram) showMenu() {
	for _, chat := range t.chats {
		chat.screen.show(Change{Kind: "menu"})
	}
}

// Commands is the list this person sees in the chat with the bot: the closest
// scope that has one, in their language or without (#determining-list-of-commands).
func (p *TelegramPhone) Commands() []TelegramCommand {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	lang, _, _ := strings.Cut(strings.ToLower(p.user.Lang), "-")
	for _, key := range []tgCommandKey{
		{scope: "chat", chat: p.user.ID},
		{scope: "all_private_chats"},
		{scope: "default"},
	} {
		for _, key.lang = range []string{lang, ""} {
			if list := p.t.commands[key]; list != nil {
				return list
			}
		}
	}
	return nil
}
