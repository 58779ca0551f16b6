package telegram

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"redthread/bot"
)

// event says what an update means to us. It is false for what has no meaning
// here: groups that are not of the staff, channels, other bots, service messages,
// kinds we do not know. An error means that it is not known whose thread it is of.
func (c *Channel) event(ctx context.Context, u *update) (ev bot.Event, ok bool, err error) {
	ev = bot.Event{Key: bot.EventKey(Name + ":" + c.botID + ":" + strconv.FormatInt(u.ID, 10))}
	switch {
	case u.Message != nil:
		if ok, err = c.written(ctx, &ev, u.Message); ok {
			ok = said(&ev, u.Message)
		}
	case u.Edited != nil:
		if ok, err = c.written(ctx, &ev, u.Edited); ok {
			ok = edited(&ev, u.Edited)
		}
	case u.Callback != nil:
		ev.At = c.now()
		ok, err = c.pressed(ctx, &ev, u.Callback)
	case u.Member != nil:
		ok = joined(&ev, u.Member)
	}
	return ev, ok, err
}

// written fills in where a message stands, whose it is, and what it quotes.
func (c *Channel) written(ctx context.Context, ev *bot.Event, m *message) (bool, error) {
	if m.From == nil {
		return false, nil
	}
	ok, err := c.acted(ctx, ev, m, *m.From)
	if ok {
		ev.Ref = ref{id: m.ID, caption: m.Text == ""}.String()
		c.quote(ev, m)
	}
	return ok, err
}

// quote fills in what m quotes: of a message of our own what stands in it, of
// anybody's its name. The line that opened a topic is none.
func (c *Channel) quote(ev *bot.Event, m *message) {
	q := m.Quotes
	if q == nil || q.From == nil || q.Opened != nil {
		return
	}
	if q.ID > 0 {
		ev.Quotes = ref{id: q.ID, caption: q.Text == ""}.String()
	}
	if c.isUs(q.From) {
		ev.Quoted = q.Text + q.Caption
	}
}

func (c *Channel) isUs(u *models.User) bool {
	return u != nil && strconv.FormatInt(u.ID, 10) == c.botID
}

// said fills in a message of a person.
func said(ev *bot.Event, m *message) bool {
	ev.At = bot.Moment(m.Date)
	switch kind, media := content(m); {
	case media != nil:
		ev.Kind, ev.Media, ev.Text = kind, media, clean(m.Caption)
	case m.Text != "":
		wrote(ev, clean(m.Text))
	default:
		return false
	}
	return true
}

// wrote fills in a text. Commands are read here, by eye: the SDK trusts the
// offsets in the message's entities and panics on forged ones.
func wrote(ev *bot.Event, text string) {
	name, rest, ok := command(text)
	switch {
	case !ok:
		ev.Kind, ev.Text = bot.Wrote, text
	case name != "start":
		ev.Kind, ev.Text = bot.Wrote, strings.TrimSpace("/"+name+" "+rest)
	case payloadShape.MatchString(rest):
		ev.Kind, ev.Source = bot.Arrived, rest
	default:
		ev.Kind, ev.Text = bot.Arrived, rest // not a link's payload but words: they stay
	}
}

// edited fills in changed words or a changed picture. A live location moves by
// edits too; those say nothing new.
func edited(ev *bot.Event, m *message) bool {
	if m.Location != nil {
		return false
	}
	_, ev.Media = content(m)
	ev.Kind, ev.Text, ev.At = bot.Edited, clean(m.Text+m.Caption), bot.Moment(m.EditDate)
	return ev.Text != "" || ev.Media != nil
}

// pressed fills in a button press. Data that we cannot have drawn ourselves is
// no event.
func (c *Channel) pressed(ctx context.Context, ev *bot.Event, q *callback) (bool, error) {
	on := q.Message
	if on == nil {
		on = &message{Chat: models.Chat{ID: q.From.ID, Type: models.ChatTypePrivate}}
	}
	if !ours(q.Data) {
		return false, nil
	}
	if ok, err := c.acted(ctx, ev, on, q.From); !ok {
		return false, err
	}
	ev.Kind, ev.Button = bot.Pressed, q.Data
	if m := q.Message; m != nil && m.Date != 0 {
		at := ref{id: m.ID, caption: m.Text == ""}
		ev.On = &bot.Shown{Ref: at.String(), Text: m.Text + m.Caption}
	}
	return true, nil
}

// ours says that the data can be a Button.ID. JSON decoding has put U+FFFD in
// place of broken UTF-8.
func ours(data string) bool {
	return data != "" && len(data) <= bot.MaxButtonID && !strings.ContainsFunc(data, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r)
	})
}

// joined fills in that a person blocked the bot or took it back.
func joined(ev *bot.Event, m *membership) bool {
	if !person(ev, m.Chat, m.From) {
		return false
	}
	ev.At = bot.Moment(m.Date)
	switch m.New.Status {
	case models.ChatMemberTypeBanned:
		ev.Kind = bot.Left
	case models.ChatMemberTypeMember:
		ev.Kind = bot.Arrived
	default:
		return false
	}
	return true
}

// acted fills in where something was done, and by whom: by a person in their
// private chat, or in a group of the staff.
func (c *Channel) acted(ctx context.Context, ev *bot.Event, m *message, from models.User) (bool, error) {
	if m.Chat.Type == models.ChatTypePrivate {
		return person(ev, m.Chat, from), nil
	}
	return c.inGroup(ctx, ev, m, from)
}

// person fills in whose event it is; it is false for anything but a person in a
// private chat.
func person(ev *bot.Event, chat models.Chat, from models.User) bool {
	if chat.Type != models.ChatTypePrivate || from.IsBot || chat.ID <= 0 {
		return false
	}
	ev.From = private(chat.ID)
	named(ev, from)
	return true
}

// private is the conversation with one person.
func private(id int64) bot.Conversation {
	return bot.Conversation{Channel: Name, Chat: strconv.FormatInt(id, 10)}
}

func named(ev *bot.Event, who models.User) {
	ev.Name = short(who.FirstName+" "+who.LastName, 128)
	ev.Lang = language(who.LanguageCode)
}

// language folds an IETF tag into the languages we speak.
func language(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	switch base {
	case "":
		return ""
	case "zh":
		return "zh-CN"
	}
	return "en"
}

// content lists the media of a message and says what kind of event they make.
func content(m *message) (bot.Kind, []bot.Media) {
	switch {
	case len(m.Photo) > 0:
		return bot.Showed, []bot.Media{largest(m.Photo)}
	case m.Document != nil && m.Animation == nil:
		d := m.Document
		file := bot.Media{Kind: bot.File, Ref: d.FileID, Size: d.FileSize, Note: short(d.FileName, 256)}
		if strings.HasPrefix(d.MimeType, "image/") && !strings.HasPrefix(d.MimeType, "image/svg") {
			file.Kind = bot.Photo
			return bot.Showed, []bot.Media{file}
		}
		return bot.Sent, []bot.Media{file}
	}
	if it := thing(m); it.Kind != "" {
		return bot.Sent, []bot.Media{it}
	}
	return "", nil
}

// thing is the one medium of a message that is no picture.
func thing(m *message) bot.Media {
	switch {
	case m.Voice != nil:
		return bot.Media{Kind: bot.Voice, Ref: m.Voice.FileID, Size: m.Voice.FileSize}
	case m.Audio != nil:
		return m.Audio.media(bot.File)
	case m.Video != nil:
		return m.Video.media(bot.Video)
	case m.VideoNote != nil:
		return m.VideoNote.media(bot.Video)
	case m.Animation != nil:
		return m.Animation.media(bot.Video)
	case m.Sticker != nil:
		return m.Sticker.media(bot.Sticker)
	case m.Dice != nil:
		return bot.Media{Kind: bot.Sticker, Note: short(fmt.Sprintf("%s %d", m.Dice.Emoji, m.Dice.Value), 32)}
	case m.Venue != nil:
		v := m.Venue
		return place(v.Location, v.Title+", "+v.Address)
	case m.Location != nil:
		return place(*m.Location, "")
	case m.Contact != nil:
		return contact(m)
	case m.Poll != nil:
		return bot.Media{Kind: bot.Link, Note: short("poll: "+m.Poll.Question, 300)}
	}
	return unfetchable(m)
}

// unfetchable names what a client can send and a bot cannot read.
func unfetchable(m *message) bot.Media {
	for _, it := range []struct {
		name string
		raw  []byte
	}{
		{"story", m.Story}, {"checklist", m.Checklist}, {"game", m.Game}, {"paid media", m.PaidMedia},
		{"giveaway", m.Giveaway}, {"invoice", m.Invoice}, {"live photo", m.LivePhoto},
	} {
		if len(it.raw) > 0 && string(it.raw) != "null" {
			return bot.Media{Kind: bot.Link, Note: it.name}
		}
	}
	return bot.Media{}
}

func (f *file) media(kind bot.MediaKind) bot.Media {
	return bot.Media{Kind: kind, Ref: f.ID, Size: f.Size, Note: short(f.Name+" "+f.Title+" "+f.Emoji, 256)}
}

// largest is the best size of a photo; Telegram sends several.
func largest(sizes []models.PhotoSize) bot.Media {
	best := sizes[0]
	for _, s := range sizes[1:] {
		if s.Width*s.Height > best.Width*best.Height {
			best = s
		}
	}
	return bot.Media{Kind: bot.Photo, Ref: best.FileID, Size: int64(best.FileSize)}
}

// place notes a place's name and its coordinates.
func place(l models.Location, name string) bot.Media {
	at := fmt.Sprintf("%.6f,%.6f", l.Latitude, l.Longitude)
	if name != "" {
		at = short(name, 256) + " (" + at + ")"
	}
	return bot.Media{Kind: bot.Location, Note: at}
}

// contact notes a number, "own: +86…" only when Telegram vouches that it is the
// sender's, else "other: " with the name. Each begins with a word of ours, so
// that a name cannot pretend to be the other.
func contact(m *message) bot.Media {
	k := m.Contact
	note := "other: " + k.FirstName + " " + k.LastName + " " + k.PhoneNumber
	if m.From != nil && k.UserID == m.From.ID {
		note = bot.OwnContact + k.PhoneNumber
	}
	return bot.Media{Kind: bot.Contact, Note: short(note, 300)}
}

var (
	commandShape = regexp.MustCompile(`^/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{1,64})?(?:\s+|$)`)
	payloadShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`) // https://core.telegram.org/bots/features#deep-linking
)

// command reads "/menu", "/menu@our_bot", "/menu words".
func command(text string) (name, rest string, ok bool) {
	at := commandShape.FindStringSubmatchIndex(text)
	if at == nil {
		return "", "", false
	}
	return strings.ToLower(text[at[2]:at[3]]), strings.TrimSpace(text[at[1]:]), true
}

// clean takes out control characters, except line breaks, and the marks that
// turn the direction of writing, with which one can make a reader see other
// words than were written.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
			return -1
		}
		return r
	}, s)
}

// short is s cleaned, on one line, without needless spaces, at most n runes.
func short(s string, n int) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
