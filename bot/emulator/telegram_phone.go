package emulator

import (
	"fmt"
	"net/http"
	"strconv"
)

// TelegramUser is what a person's account says about them.
type TelegramUser struct {
	First    string
	Last     string
	Username string
	Lang     string // the app's language, an IETF tag: "zh-hans", "en"
}

// TelegramPhone is one person's phone, open at the chat with the bot. Every deed
// returns at once; its push tells when the bot has taken notice.
type TelegramPhone struct {
	t      *Telegram
	user   tgUser
	number string
	chat   *tgChat
}

// Phone is the phone of the person with the ID; the same one each time. who is
// taken over when the phone is new.
func (t *Telegram) Phone(userID int64, who TelegramUser) *TelegramPhone {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.phones[userID]; p != nil {
		return p
	}
	p := &TelegramPhone{t: t, number: fmt.Sprintf("86138%08d", userID%100_000_000)}
	p.user = tgUser{ID: userID, First: tgOr(who.First, "User "+strconv.FormatInt(userID, 10)), Last: who.Last, Username: who.Username, Lang: who.Lang}
	p.chat = t.newChat(tgChatInfo{ID: userID, Type: "private", First: p.user.First, Last: who.Last, Username: who.Username}, NewScreen())
	t.phones[userID] = p
	return p
}

// Screen is what the phone shows.
func (p *TelegramPhone) Screen() *Screen { return p.chat.screen }

// ID is the person's user ID and the ID of their chat with the bot.
func (p *TelegramPhone) ID() int64 { return p.user.ID }

// Keyboard is the reply keyboard in the place of the letters, nil for none. A
// key's Data is "contact" or "location" where it asks for that.
func (p *TelegramPhone) Keyboard() [][]Key {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	if p.chat.keyboard == nil {
		return nil
	}
	return p.chat.keyboard.rows
}

// does lets the person do something under the lock; a push ends when all that f
// enqueued with it has ended.
func (p *TelegramPhone) does(f func(*TelegramPush)) *TelegramPush {
	push := newTelegramPush()
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	f(push)
	push.settle(nil) // the filling itself
	return push
}

// says puts a person's message into a chat and on its way to the bot.
func (t *Telegram) says(chat *tgChat, p *TelegramPhone, push *TelegramPush, m tgMessage) {
	if chat.blocked || chat.kicked || chat.deleted {
		push.fail(ErrTelegramBlocked)
		return
	}
	chat.started = true
	if m.From = &p.user; m.SenderChat != nil {
		m.From = &tgAnonymous
	}
	sent := t.put(chat, m)
	push.shows(sent.ID)
	t.enqueue("message", chat.info.ID, tgDay, sent, push)
}

func (p *TelegramPhone) say(m tgMessage) *TelegramPush {
	return p.does(func(push *TelegramPush) { p.t.says(p.chat, p, push, m) })
}

// Start presses Start, or follows a deep link with a payload. After Block it is
// the key "Restart": it unblocks the bot first.
func (p *TelegramPhone) Start(payload string) *TelegramPush {
	text := "/start"
	if payload != "" {
		text += " " + payload
	}
	return p.does(func(push *TelegramPush) {
		if p.chat.blocked {
			p.setBlocked(false, push)
		}
		p.t.says(p.chat, p, push, tgWords(text))
	})
}

// Resume is the phone of somebody who has started the bot before this platform was
// opened. The bot is told nothing.
func (p *TelegramPhone) Resume() {
	p.does(func(*TelegramPush) { p.chat.started = true })
	p.chat.screen.show(Change{Kind: "state"})
}

func tgWords(text string) tgMessage { return tgMessage{Text: text, Entities: tgFind(text)} }

// Write sends a text. Like the apps it sends nothing for an empty one, and one
// that is too long in several messages.
func (p *TelegramPhone) Write(text string) *TelegramPush {
	return p.does(func(push *TelegramPush) { p.t.writes(p.chat, p, push, text, tgMessage{}) })
}

// WriteReply sends a text as an answer to a bubble.
func (p *TelegramPhone) WriteReply(bubble int64, text string) *TelegramPush {
	return p.does(func(push *TelegramPush) {
		p.t.writes(p.chat, p, push, text, tgMessage{ReplyTo: p.chat.messages[bubble].quotable()})
	})
}

func (m *tgMessage) quotable() *tgMessage {
	if m == nil {
		return nil
	}
	return m.plain()
}

func (t *Telegram) writes(chat *tgChat, p *TelegramPhone, push *TelegramPush, text string, like tgMessage) {
	for _, part := range tgSplit(tgClean(text)) {
		if part = tgClean(part); part == "" {
			continue
		}
		m := like
		m.Text, m.Entities = part, tgFind(part)
		t.says(chat, p, push, m)
	}
}

// Press presses a key of the keyboard under a bubble, counted from 0. A key that
// opens a link tells the bot nothing.
func (p *TelegramPhone) Press(bubble int64, row, col int) *TelegramPush {
	return p.does(func(push *TelegramPush) { p.t.pressKey(p.chat, p, push, bubble, row, col) })
}

func (t *Telegram) pressKey(chat *tgChat, p *TelegramPhone, push *TelegramPush, bubble int64, row, col int) {
	m := chat.messages[bubble]
	if m == nil || m.Markup == nil || row < 0 || row >= len(m.Markup.Rows) || col < 0 || col >= len(m.Markup.Rows[row]) {
		push.fail(ErrTelegramNoKey)
		return
	}
	if data := m.Markup.Rows[row][col].Data; data != "" {
		t.pressData(chat, p, push, bubble, data)
	}
}

// PressData presses a key with the data, whether it stands there or not: an old
// keyboard still on another device, or a forged request.
func (p *TelegramPhone) PressData(bubble int64, data string) *TelegramPush {
	return p.does(func(push *TelegramPush) { p.t.pressData(p.chat, p, push, bubble, data) })
}

func (t *Telegram) pressData(chat *tgChat, p *TelegramPhone, push *TelegramPush, bubble int64, data string) {
	if chat.blocked || chat.kicked || chat.deleted {
		push.fail(ErrTelegramBlocked)
		return
	}
	t.press(chat, p, bubble, data, push)
}

// SendPicture sends a photo. The bot gets it byte for byte in its largest size.
func (p *TelegramPhone) SendPicture(data []byte, caption string) *TelegramPush {
	return p.does(func(push *TelegramPush) {
		p.t.says(p.chat, p, push, p.t.picture(data, caption))
	})
}

func (t *Telegram) picture(data []byte, caption string) tgMessage {
	caption = tgClean(caption)
	return tgMessage{Photo: t.keepPhoto(data).sizes, Caption: caption, CapEntities: tgFind(caption)}
}

// SendAlbum sends pictures together: messages of their own that share a
// media_group_id.
func (p *TelegramPhone) SendAlbum(pictures [][]byte) *TelegramPush {
	return p.does(func(push *TelegramPush) {
		album := strconv.FormatInt(1+p.t.rand.Int64N(1<<53), 10)
		for _, data := range pictures {
			m := p.t.picture(data, "")
			m.AlbumID = album
			p.t.says(p.chat, p, push, m)
		}
	})
}

// SendVoice sends a voice message.
func (p *TelegramPhone) SendVoice(data []byte) *TelegramPush {
	return p.sendFile(tgFile{kind: "voice", mime: "audio/ogg", data: data})
}

// SendVideo sends a video.
func (p *TelegramPhone) SendVideo(data []byte) *TelegramPush {
	return p.sendFile(tgFile{kind: "video", mime: "video/mp4", data: data})
}

// SendDocument sends a file under its name; an empty mime is found out.
func (p *TelegramPhone) SendDocument(name string, data []byte, mime string) *TelegramPush {
	return p.sendFile(tgFile{kind: "document", name: name, mime: tgOr(mime, http.DetectContentType(data)), data: data})
}

// SendSticker sends a sticker.
func (p *TelegramPhone) SendSticker() *TelegramPush {
	return p.sendFile(tgFile{kind: "sticker", mime: "image/webp", data: []byte("RIFF\x00\x00\x00\x00WEBP")})
}

func (p *TelegramPhone) sendFile(f tgFile) *TelegramPush {
	return p.does(func(push *TelegramPush) {
		m := tgMessage{}
		m.hold(p.t.keep(f))
		p.t.says(p.chat, p, push, m)
	})
}

// SendLocation sends a place on the map.
func (p *TelegramPhone) SendLocation(latitude, longitude float64) *TelegramPush {
	return p.say(tgMessage{Location: &tgLocation{latitude, longitude}})
}

// SendVenue sends a place that has a name.
func (p *TelegramPhone) SendVenue(latitude, longitude float64, title, address string) *TelegramPush {
	at := tgLocation{latitude, longitude}
	return p.say(tgMessage{Location: &at, Venue: &tgVenue{at, title, address}})
}

// SendContact sends a contact: the person's own, as the key of a reply keyboard
// does, or somebody else's.
func (p *TelegramPhone) SendContact(own bool) *TelegramPush {
	if own {
		return p.say(tgMessage{Contact: &tgContact{p.number, p.user.First, p.user.Last, p.user.ID}})
	}
	return p.say(tgMessage{Contact: &tgContact{Phone: "8613800000000", First: "Friend", UserID: p.user.ID + 1}})
}

// Edit changes the words, or the caption, of a message of one's own.
func (p *TelegramPhone) Edit(bubble int64, text string) *TelegramPush {
	return p.does(func(push *TelegramPush) { p.t.edits(p.chat, p, push, bubble, text) })
}

func (t *Telegram) edits(chat *tgChat, p *TelegramPhone, push *TelegramPush, bubble int64, text string) {
	m := chat.messages[bubble]
	text = tgClean(text)
	if m == nil || m.From.ID != p.user.ID || text == "" {
		push.fail(ErrTelegramNoKey)
		return
	}
	changed := *m
	if m.Text != "" {
		changed.Text, changed.Entities = text, tgFind(text)
	} else {
		changed.Caption, changed.CapEntities = text, tgFind(text)
	}
	if _, err := t.edit(chat, m, changed); err != nil {
		return // nothing changed, the app tells nobody
	}
	t.enqueue("edited_message", chat.info.ID, tgDay, chat.messages[bubble], push)
}

// Block blocks the bot; Unblock takes it back. The bot is told by
// my_chat_member.
func (p *TelegramPhone) Block() *TelegramPush {
	return p.does(func(push *TelegramPush) { p.setBlocked(true, push) })
}

// Unblock is the opposite of Block.
func (p *TelegramPhone) Unblock() *TelegramPush {
	return p.does(func(push *TelegramPush) { p.setBlocked(false, push) })
}

// Deactivate deletes the person's account. The bot is not told; it finds out
// when it writes to them.
func (p *TelegramPhone) Deactivate() {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	p.chat.deleted = true
}

func (p *TelegramPhone) setBlocked(blocked bool, push *TelegramPush) {
	if p.chat.blocked == blocked {
		return
	}
	p.chat.blocked = blocked
	before, after := "member", "kicked"
	if !blocked {
		before, after = after, before
	}
	p.t.membership(p.chat, p.user, before, after, push)
}

// membership tells the bot that its own place in a chat has changed.
func (t *Telegram) membership(chat *tgChat, by tgUser, before, after string, push *TelegramPush) {
	t.enqueue("my_chat_member", by.ID+5<<33, tgDay, map[string]any{
		"chat": chat.info, "from": by, "date": t.now(),
		"old_chat_member": tgMember(t.bot, before), "new_chat_member": tgMember(t.bot, after),
	}, push)
}
