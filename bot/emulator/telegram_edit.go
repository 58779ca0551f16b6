package emulator

import (
	"reflect"
	"strings"
	"time"
)

const tgModified = "message is not modified: specified new message content and reply markup are exactly the same " +
	"as a current content and reply markup of the message"

// editing finds the bot's own message that a call wants to change, and the
// keyboard it shall have: none, when the call names none.
func (t *Telegram) editing(c *tgCall) (*tgChat, *tgMessage, *tgInline, error) {
	chat, err := t.chat(c, "chat_id")
	if err != nil {
		return nil, nil, nil, err
	}
	if chat.kicked {
		return nil, nil, nil, chat.writable()
	}
	m := chat.messages[c.num("message_id")]
	switch {
	case c.num("message_id") == 0:
		return nil, nil, nil, tgBad("message identifier is not specified")
	case m == nil:
		return nil, nil, nil, tgBad("message to edit not found")
	case m.From.ID != t.bot.ID:
		return nil, nil, nil, tgBad("message can't be edited")
	}
	markup, reply, err := c.markup()
	if err == nil && reply != nil {
		err = tgBad("inline keyboard expected")
	}
	return chat, m, markup, err
}

// edit puts the changed message in the old one's place.
func (t *Telegram) edit(chat *tgChat, old *tgMessage, changed tgMessage) (any, error) {
	if reflect.DeepEqual(*old, changed) {
		return nil, tgBad(tgModified)
	}
	changed.EditDate = t.now()
	chat.messages[old.ID] = &changed
	chat.screen.edit(old.ID, func(b *Bubble) {
		at, mark := b.At, b.Mark
		*b = t.bubble(chat, &changed)
		b.At, b.Mark = at, mark
	})
	return &changed, nil
}

func (t *Telegram) editMessageText(c *tgCall) (any, error) {
	chat, m, markup, err := t.editing(c)
	if err != nil {
		return nil, err
	}
	if m.Text == "" {
		return nil, tgBad("there is no text in the message to edit")
	}
	changed := *m
	changed.Markup = markup
	if changed.Text, changed.Entities, err = c.text("text", "message text is empty", "MESSAGE_TOO_LONG"); err != nil {
		return nil, err
	}
	return t.edit(chat, m, changed)
}

func (t *Telegram) editMessageCaption(c *tgCall) (any, error) {
	chat, m, markup, err := t.editing(c)
	if err != nil {
		return nil, err
	}
	if m.Photo == nil && m.Document == nil && m.Video == nil && m.Voice == nil {
		return nil, tgBad("there is no caption in the message to edit")
	}
	changed := *m
	changed.Markup = markup
	if changed.Caption, changed.CapEntities, err = c.caption(); err != nil {
		return nil, err
	}
	return t.edit(chat, m, changed)
}

func (t *Telegram) editMessageReplyMarkup(c *tgCall) (any, error) {
	chat, m, markup, err := t.editing(c)
	if err != nil {
		return nil, err
	}
	changed := *m
	changed.Markup = markup
	return t.edit(chat, m, changed)
}

// deleteMessage takes a message away, the bot's own or a person's, for 48 hours
// after it was written.
func (t *Telegram) deleteMessage(c *tgCall) (any, error) {
	chat, err := t.chat(c, "chat_id")
	if err != nil {
		return nil, err
	}
	m := chat.messages[c.num("message_id")]
	if m == nil {
		return nil, tgBad("message to delete not found")
	}
	if t.clock.Now().Sub(time.Unix(m.Date, 0)) > 48*time.Hour {
		return nil, tgBad("message can't be deleted")
	}
	delete(chat.messages, m.ID)
	chat.screen.remove(m.ID)
	return true, nil
}

// source finds the message to copy or forward.
func (t *Telegram) source(c *tgCall, deed string) (*tgMessage, error) {
	from, err := t.chat(c, "from_chat_id")
	if err != nil {
		return nil, err
	}
	m := from.messages[c.num("message_id")]
	switch {
	case m == nil:
		return nil, tgBad("message to " + deed + " not found")
	case m.NewMembers != nil || m.MigrateTo != 0 || m.MigrateFrom != 0 || m.TopicCreated != nil || m.TopicClosed != nil:
		return nil, tgBad("message can't be " + map[string]string{"copy": "copied", "forward": "forwarded"}[deed])
	}
	return m, nil
}

// carry fills the letter with what another message carries.
func (l *tgLetter) carry(m *tgMessage) {
	l.msg.Text, l.msg.Entities = m.Text, m.Entities
	l.msg.Photo, l.msg.Document, l.msg.Voice, l.msg.Video, l.msg.Sticker = m.Photo, m.Document, m.Voice, m.Video, m.Sticker
	l.msg.Contact, l.msg.Location, l.msg.Venue, l.msg.Spoiler = m.Contact, m.Location, m.Venue, m.Spoiler
	l.msg.Caption, l.msg.CapEntities = m.Caption, m.CapEntities
}

func (t *Telegram) copyMessage(c *tgCall) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	m, err := t.source(c, "copy")
	if err != nil {
		return nil, err
	}
	l.carry(m)
	if c.has("caption") && m.Text == "" {
		if l.msg.Caption, l.msg.CapEntities, err = c.caption(); err != nil {
			return nil, err
		}
	}
	sent, err := t.send(l)
	if err != nil {
		return nil, err
	}
	return map[string]int64{"message_id": sent.ID}, nil
}

func (t *Telegram) forwardMessage(c *tgCall) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	m, err := t.source(c, "forward")
	if err != nil {
		return nil, err
	}
	l.carry(m)
	l.msg.ForwardOrigin = m.ForwardOrigin
	if l.msg.ForwardOrigin == nil {
		l.msg.ForwardOrigin = &tgOrigin{Type: "user", Date: m.Date, User: m.From}
	}
	return t.send(l)
}

// tgReactions are some of the emoji that the platform lets bots react with
// (ReactionTypeEmoji); a tick is none of them.
const tgReactions = "👍👎❤🔥🥰👏😁🤔😢🎉🙏👌🕊😍💯⚡🏆💔✍🤝🫡👀"

// setMessageReaction puts the bot's reaction under a message, or takes it away.
func (t *Telegram) setMessageReaction(c *tgCall) (any, error) {
	chat, err := t.chat(c, "chat_id")
	if err == nil {
		err = chat.writable()
	}
	if err != nil {
		return nil, err
	}
	var reactions []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	if err := c.object("reaction", &reactions); err != nil {
		return nil, err
	}
	m, mark := chat.messages[c.num("message_id")], ""
	switch {
	case m == nil:
		return nil, tgBad("message to react not found")
	case len(reactions) > 1:
		return nil, tgBad("REACTIONS_TOO_MANY")
	case len(reactions) == 1:
		if mark = reactions[0].Emoji; reactions[0].Type != "emoji" || mark == "" || !strings.Contains(tgReactions, mark) {
			return nil, tgBad("REACTION_INVALID")
		}
	}
	chat.screen.edit(m.ID, func(b *Bubble) { b.Mark = mark })
	return true, nil
}
