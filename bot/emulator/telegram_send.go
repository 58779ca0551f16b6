package emulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf16"
)

// tgLetter is a message about to go out.
type tgLetter struct {
	chat *tgChat
	msg  tgMessage
}

// letter reads what all sending methods share: the chat, the topic, the quoted
// message and the keyboard.
func (t *Telegram) letter(c *tgCall) (*tgLetter, error) {
	chat, err := t.chat(c, "chat_id")
	if err != nil {
		return nil, err
	}
	l := &tgLetter{chat: chat, msg: tgMessage{From: &t.bot, Chat: chat.info, Protected: c.flag("protect_content")}}
	if l.msg.Markup, l.msg.keyboard, err = c.markup(); err != nil {
		return nil, err
	}
	if err := chat.writable(); err != nil {
		return nil, err
	}
	if l.msg.Thread, err = chat.thread(c); err != nil {
		return nil, err
	}
	l.msg.IsTopic = l.msg.Thread != 0
	l.msg.ReplyTo, err = chat.quoted(c)
	return l, err
}

// quoted finds the message that reply_parameters name.
func (c *tgChat) quoted(call *tgCall) (*tgMessage, error) {
	var reply struct {
		ID      int64 `json:"message_id"`
		Without bool  `json:"allow_sending_without_reply"`
	}
	if err := call.object("reply_parameters", &reply); err != nil {
		return nil, err
	}
	if reply.ID == 0 {
		reply.ID, reply.Without = call.num("reply_to_message_id"), call.flag("allow_sending_without_reply")
	}
	switch m := c.messages[reply.ID]; {
	case m != nil:
		return m.plain(), nil
	case reply.ID == 0 || reply.Without:
		return nil, nil
	}
	return nil, tgBad("message to be replied not found")
}

// plain is a copy of the message without the one it quotes, as the platform
// nests them one deep only.
func (m *tgMessage) plain() *tgMessage {
	c := *m
	c.ReplyTo = nil
	return &c
}

// admit lets n messages out to the chat, as far as the sending limits go.
func (t *Telegram) admit(chat *tgChat, n int) error {
	if !t.cfg.Limits {
		return nil
	}
	if wait := t.limits.take(chat, n, t.clock.Now()); wait > 0 {
		return tgTooMany(wait)
	}
	return nil
}

// send puts a letter out, within the limits.
func (t *Telegram) send(l *tgLetter) (*tgMessage, error) {
	if err := t.admit(l.chat, 1); err != nil {
		return nil, err
	}
	return t.put(l.chat, l.msg), nil
}

// put writes a message into the chat and shows it.
func (t *Telegram) put(chat *tgChat, m tgMessage) *tgMessage {
	m.ID, m.Date, m.Chat = t.nextMessageID(chat), t.now(), chat.info
	if m.TopicCreated != nil {
		m.Thread = m.ID
	}
	chat.messages[m.ID] = &m
	chat.screen.add(t.bubble(chat, &m))
	if m.keyboard != nil {
		chat.keyboard = m.keyboard
		chat.screen.show(Change{Kind: "keyboard", Bubble: &Bubble{ID: m.ID, Keys: m.keyboard.rows}})
	}
	return &m
}

func (t *Telegram) sendMessage(c *tgCall) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	if l.msg.Text, l.msg.Entities, err = c.text("text", "message text is empty", "message is too long"); err != nil {
		return nil, err
	}
	return t.send(l)
}

// text reads a message's words; empty and long are the refusals.
func (c *tgCall) text(key, empty, long string) (string, []tgEntity, error) {
	text, entities, err := c.format(key, "entities")
	switch {
	case err != nil:
	case text == "":
		err = tgBad(empty)
	case tgUnits(text) > tgMaxText:
		err = tgBad(long)
	}
	return text, entities, err
}

// caption reads the words under a media.
func (c *tgCall) caption() (string, []tgEntity, error) {
	text, entities, err := c.format("caption", "caption_entities")
	if err == nil && tgUnits(text) > tgMaxCaption {
		err = tgBad("message caption is too long")
	}
	return text, entities, err
}

func (t *Telegram) sendPhoto(c *tgCall) (any, error) { return t.sendFile(c, "photo") }

func (t *Telegram) sendDocument(c *tgCall) (any, error) { return t.sendFile(c, "document") }

func (t *Telegram) sendVoice(c *tgCall) (any, error) { return t.sendFile(c, "voice") }

func (t *Telegram) sendVideo(c *tgCall) (any, error) { return t.sendFile(c, "video") }

func (t *Telegram) sendFile(c *tgCall, kind string) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	if l.msg.Caption, l.msg.CapEntities, err = c.caption(); err != nil {
		return nil, err
	}
	f, err := t.upload(c, c.str(kind), kind, kind)
	if err != nil {
		return nil, err
	}
	l.msg.hold(f)
	l.msg.Spoiler = c.flag("has_spoiler")
	return t.send(l)
}

// hold makes the message carry the file.
func (m *tgMessage) hold(f *tgFile) {
	switch f.kind {
	case "photo":
		m.Photo = f.sizes
	case "document":
		m.Document = &tgDocument{f.id, f.unique, f.name, f.mime, len(f.data)}
	case "voice":
		m.Voice = &tgVoice{Duration: 3, Mime: f.mime, FileID: f.id, UniqueID: f.unique, Size: len(f.data)}
	case "video":
		m.Video = &tgVideo{Duration: 5, Width: 640, Height: 480, Mime: f.mime, FileID: f.id, UniqueID: f.unique, Size: len(f.data)}
	case "sticker":
		m.Sticker = &tgSticker{Width: 512, Height: 512, Emoji: "👍", Type: "regular", FileID: f.id, UniqueID: f.unique, Size: len(f.data)}
	}
}

func (t *Telegram) sendLocation(c *tgCall) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	if l.msg.Location, err = c.location(); err != nil {
		return nil, err
	}
	return t.send(l)
}

// location reads the point that a method is called with.
func (c *tgCall) location() (*tgLocation, error) {
	lat, err1 := strconv.ParseFloat(c.str("latitude"), 64)
	lon, err2 := strconv.ParseFloat(c.str("longitude"), 64)
	if err1 != nil || err2 != nil || lat < -90 || lat > 90 || lon < -180 || lon > 180 {
		return nil, tgBad("wrong parameter latitude or longitude in request")
	}
	return &tgLocation{lat, lon}, nil
}

// sendVenue sends a point that has a name and an address; the platform wants both.
func (t *Telegram) sendVenue(c *tgCall) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	if l.msg.Location, err = c.location(); err != nil {
		return nil, err
	}
	title, address := c.str("title"), c.str("address")
	switch {
	case title == "":
		return nil, tgBad("VENUE_TITLE_INVALID")
	case address == "":
		return nil, tgBad("VENUE_ADDRESS_INVALID")
	}
	l.msg.Venue = &tgVenue{*l.msg.Location, title, address}
	return t.send(l)
}

// sendMediaGroup sends an album: all its pieces, or none.
func (t *Telegram) sendMediaGroup(c *tgCall) (any, error) {
	l, err := t.letter(c)
	if err != nil {
		return nil, err
	}
	var media []struct {
		Type     string     `json:"type"`
		Media    string     `json:"media"`
		Caption  string     `json:"caption"`
		Mode     string     `json:"parse_mode"`
		Entities []tgEntity `json:"caption_entities"`
		Spoiler  bool       `json:"has_spoiler"`
	}
	if err := json.Unmarshal([]byte(c.str("media")), &media); err != nil {
		return nil, tgBad("can't parse media JSON object")
	}
	if len(media) < 2 || len(media) > 10 {
		return nil, tgBad("there must be 2-10 items in media group")
	}
	pieces := make([]tgMessage, len(media))
	album := strconv.FormatInt(t.rand.Int64N(1<<53), 10)
	for i, m := range media {
		if m.Type != "photo" && m.Type != "document" && m.Type != "video" || m.Type != media[0].Type && (m.Type == "document" || media[0].Type == "document") {
			return nil, tgBad("can't use the media of the specified type in the album")
		}
		piece := l.msg
		if piece.Caption, piece.CapEntities, err = tgFormat(m.Caption, m.Mode, m.Entities); err != nil {
			return nil, err
		}
		if tgUnits(piece.Caption) > tgMaxCaption {
			return nil, tgBad("message caption is too long")
		}
		f, err := t.upload(c, m.Media, "", m.Type)
		if err != nil {
			return nil, err
		}
		piece.hold(f)
		piece.AlbumID, piece.Spoiler = album, m.Spoiler
		pieces[i] = piece
	}
	if err := t.admit(l.chat, len(pieces)); err != nil {
		return nil, err
	}
	sent := make([]*tgMessage, len(pieces))
	for i, piece := range pieces {
		sent[i] = t.put(l.chat, piece)
	}
	return sent, nil
}

// bubble is the message as a phone shows it.
func (t *Telegram) bubble(chat *tgChat, m *tgMessage) Bubble {
	b := Bubble{ID: m.ID, Kind: "text", Text: m.Text + m.Caption, Keys: m.Markup.keys(), Edited: m.EditDate != 0, At: t.clock.Now()}
	b.Thread = m.Thread
	b.Words = tgLinks(b.Text, slices.Concat(m.Entities, m.CapEntities))
	if m.From != nil {
		b.Mine = chat.private() && m.From.ID == chat.info.ID
		if !chat.private() {
			b.From = m.From.First
		}
	}
	if m.ReplyTo != nil && m.ReplyTo.TopicCreated == nil {
		b.Reply = m.ReplyTo.ID
	}
	switch {
	case m.Photo != nil:
		b.Kind, b.Photo = "photo", m.Photo[len(m.Photo)-1].FileID
	case m.Document != nil:
		b.Kind, b.Photo = "file", m.Document.FileID
		b.Text = tgOr(b.Text, m.Document.Name)
	case m.Voice != nil:
		b.Kind, b.Photo = "voice", m.Voice.FileID
	case m.Video != nil:
		b.Kind, b.Photo = "video", m.Video.FileID
	case m.Sticker != nil:
		b.Kind, b.Photo, b.Text = "sticker", m.Sticker.FileID, m.Sticker.Emoji
	case m.Contact != nil:
		b.Kind, b.Text = "contact", m.Contact.First
	case m.Venue != nil:
		b.Kind, b.Text = "location", m.Venue.Title
	case m.Location != nil:
		b.Kind = "location"
	case m.NewMembers != nil, m.MigrateTo != 0, m.MigrateFrom != 0, m.TopicClosed != nil:
		b.Kind = "notice"
	case m.TopicCreated != nil:
		b.Kind, b.Text = "notice", m.TopicCreated.Name
	}
	return b
}

// tgLinks are the links among the entities, in runes for the screen.
func tgLinks(text string, entities []tgEntity) []Word {
	var words []Word
	units := utf16.Encode([]rune(text))
	for _, e := range entities {
		if e.Type != "text_link" && e.Type != "url" || e.Offset+e.Length > len(units) {
			continue
		}
		start := len(utf16.Decode(units[:e.Offset]))
		label := utf16.Decode(units[e.Offset : e.Offset+e.Length])
		words = append(words, Word{Start: start, End: start + len(label), URL: tgOr(e.URL, string(label))})
	}
	return words
}
