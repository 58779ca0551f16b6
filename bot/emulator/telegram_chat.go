package emulator

import (
	"strconv"
	"strings"
	"time"
)

// tgChat is a chat the bot may be in.
type tgChat struct {
	info     tgChatInfo
	screen   *Screen
	messages map[int64]*tgMessage
	last     int64 // message ID; supergroups count their own

	started, blocked, deleted bool // of a private chat
	keyboard                  *tgReplyKB

	members map[int64]tgUser // of a group, by user ID
	topics  map[int64]*tgTopic
	kicked  bool
	demoted bool // the bot is no administrator any more
	movedTo int64
}

func (c *tgChat) private() bool { return c.info.Type == "private" }

func (t *Telegram) newChat(info tgChatInfo, screen *Screen) *tgChat {
	chat := &tgChat{
		info: info, screen: screen, messages: map[int64]*tgMessage{},
		members: map[int64]tgUser{}, topics: map[int64]*tgTopic{},
	}
	t.chats[info.ID] = chat
	return chat
}

// nextMessageID counts as the platform does: one row of numbers for the bot's
// private chats and basic groups together, and one for each supergroup.
func (t *Telegram) nextMessageID(chat *tgChat) int64 {
	if chat.info.Type == "supergroup" {
		chat.last++
		return chat.last
	}
	t.lastID++
	return t.lastID
}

// chat finds the chat an argument names. A person who never wrote to the bot
// has no chat with it.
func (t *Telegram) chat(c *tgCall, key string) (*tgChat, error) {
	raw := strings.TrimSpace(c.str(key))
	if raw == "" {
		return nil, tgBad(key + " is empty")
	}
	id, err := strconv.ParseInt(raw, 10, 64)
	chat := t.chats[id]
	if err != nil || chat == nil || chat.private() && !chat.started {
		return nil, tgBad("chat not found")
	}
	if chat.movedTo != 0 {
		return nil, tgMigrated(chat.movedTo)
	}
	return chat, nil
}

// writable refuses what the bot may not write to.
func (c *tgChat) writable() error {
	switch {
	case c.deleted:
		return tgErr(403, "Forbidden: user is deactivated")
	case c.blocked:
		return tgErr(403, "Forbidden: bot was blocked by the user")
	case c.kicked:
		return tgErr(403, "Forbidden: bot was kicked from the "+c.info.Type+" chat")
	}
	return nil
}

func (t *Telegram) now() int64 { return t.clock.Now().Unix() }

func (t *Telegram) getMe(*tgCall) (any, error) {
	return struct {
		tgUser
		Joins  bool `json:"can_join_groups"`
		Reads  bool `json:"can_read_all_group_messages"`
		Inline bool `json:"supports_inline_queries"`
	}{t.bot, true, false, false}, nil
}

func (t *Telegram) getChat(c *tgCall) (any, error) {
	chat, err := t.chat(c, "chat_id")
	if err == nil && chat.kicked {
		err = chat.writable()
	}
	if err != nil {
		return nil, err
	}
	return struct {
		tgChatInfo
		Accent    int `json:"accent_color_id"`
		Reactions int `json:"max_reaction_count"`
	}{chat.info, 0, 11}, nil
}

func (t *Telegram) getChatMember(c *tgCall) (any, error) {
	chat, err := t.chat(c, "chat_id")
	if err != nil {
		return nil, err
	}
	id := c.num("user_id")
	user, member := chat.members[id]
	switch {
	case id == t.bot.ID && chat.kicked:
		return tgMember(t.bot, "kicked"), nil
	case id == t.bot.ID && chat.private():
		return tgMember(t.bot, "member"), nil
	case id == t.bot.ID && chat.demoted:
		return tgMember(t.bot, "member"), nil
	case id == t.bot.ID:
		return tgMember(t.bot, "administrator"), nil
	case member, chat.private() && id == chat.info.ID:
		if chat.private() {
			user = t.phones[id].user
		}
		return tgMember(user, "member"), nil
	case t.phones[id] != nil:
		return tgMember(t.phones[id].user, "left"), nil
	}
	return nil, tgBad("invalid user_id specified")
}

var tgActions = map[string]bool{
	"typing": true, "upload_photo": true, "record_video": true, "upload_video": true, "record_voice": true,
	"upload_voice": true, "upload_document": true, "choose_sticker": true, "find_location": true,
	"record_video_note": true, "upload_video_note": true,
}

func (t *Telegram) sendChatAction(c *tgCall) (any, error) {
	chat, err := t.chat(c, "chat_id")
	if err != nil {
		return nil, err
	}
	if err := chat.writable(); err != nil {
		return nil, err
	}
	if _, err := chat.thread(c); err != nil {
		return nil, err
	}
	if !tgActions[c.str("action")] {
		return nil, tgBad("wrong parameter action in request")
	}
	chat.screen.show(Change{Kind: "typing", Text: c.str("action")})
	return true, nil
}

// tgDay is how long news of messages waits for the bot.
const tgDay = 24 * time.Hour
