package telegram

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	sdk "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"redthread/bot"
)

// maxPhoto is how large a picture Telegram takes, in bytes (sendPhoto).
const maxPhoto = 10 << 20

// maxFile leaves room for the rest of the request within maxRequest.
const maxFile = maxRequest - 1<<20

// opener opens a picture, as bot.Delivery.Media does.
type opener func(context.Context, bot.MediaID) (io.ReadCloser, error)

// Send delivers a message: bot.Channel says what it returns. The budget is not
// looked at, Telegram counts nothing. An edit that comes too late, or changes
// nothing, counts as sent.
func (c *Channel) Send(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	r := bot.Receipt{Pieces: max(0, d.Skip)}
	pieces, err := draw(d.Message)
	if err != nil {
		return r, fmt.Errorf("telegram: draw: %w", err)
	}
	r.Total = len(pieces)
	at, err := c.spot(ctx, d.To)
	if err != nil {
		return r, err
	}
	for _, p := range pieces[min(r.Pieces, len(pieces)):] {
		sent, err := c.deliver(ctx, at, p, d.Media)
		if err != nil {
			return r, err
		}
		r.Pieces++
		r.Refs = append(r.Refs, sent.names()...)
	}
	return r, nil
}

// spot is where a conversation is now.
func (c *Channel) spot(ctx context.Context, to bot.Conversation) (*spot, error) {
	group, key := to.InThread()
	id, err := strconv.ParseInt(group.Chat, 10, 64)
	thread := group != to
	if err != nil || id == 0 || to.Channel != Name || thread && (id > 0 || !keyShape.MatchString(key)) {
		return nil, fmt.Errorf("telegram: send: %w", &bot.Refused{Code: 400, Reason: "the conversation is no Telegram chat"})
	}
	at := &spot{chat: id, home: id, key: key}
	if id > 0 { // only groups move
		return at, nil
	}
	if at.chat, err = c.aliases.Current(ctx, id); err != nil {
		return nil, fmt.Errorf("telegram: where chat %s lives now: %w", group.Chat, err)
	}
	return at, nil
}

// deliver sends one piece. What stands in its way, and can be mended, is mended
// once.
func (c *Channel) deliver(ctx context.Context, at *spot, p piece, open opener) (ref, error) {
	// The thread first: leave for both at once is not to be had in a busy group, and
	// what is made stays made.
	if p.edits == nil && p.takes == nil {
		if err := c.enter(ctx, at); err != nil {
			return ref{}, c.unopened(at, err)
		}
	}
	if err := c.leave(ctx, at.chat, p.weight(at.chat)); err != nil {
		return ref{}, err
	}
	what, sent, err := c.post(ctx, at, p, open)
	for err != nil && c.mend(ctx, at, err) {
		what, sent, err = c.post(ctx, at, p, open)
	}
	var moved *sdk.MigrateError
	var slow *bot.SlowDown
	switch {
	case err == nil, p.edits != nil && p.instead == "" && says(err, editsNothing...), p.marks != nil && errors.Is(err, sdk.ErrorBadRequest), p.takes != nil && says(err, takesNothing...):
		return sent, nil
	case p.instead != "" && says(err, unchanged):
		return sent, nil
	case p.instead != "" && says(err, editsNothing...):
		return c.deliver(ctx, at, piece{text: p.instead}, open)
	case errors.As(err, &slow):
		return sent, err
	case what == opening:
		return sent, c.unopened(at, err)
	case errors.As(err, &moved):
		return sent, c.hidden(what, err)
	}
	var local *pictureError
	if errors.As(err, &local) {
		return sent, local.explain(what)
	}
	return sent, c.failure(what, at.chat, err)
}

// follow notes where a group has moved, if that is what the error says.
func (c *Channel) follow(ctx context.Context, at *spot, err error) bool {
	var moved *sdk.MigrateError
	if !errors.As(err, &moved) {
		return false
	}
	to := int64(moved.MigrateToChatID)
	if err := c.aliases.Moved(ctx, at.chat, to); err != nil {
		// Not worth failing for: Telegram will tell us again.
		c.log.Warn("telegram: chat moved, not remembered", "chat", at.chat, "to", to, "error", err)
	}
	at.chat = to
	return true
}

// unchanged is the answer to an edit that changes nothing.
const unchanged = "message is not modified"

// editsNothing are the answers to an edit that has nothing left to do.
var editsNothing = []string{unchanged, "message to edit not found", "message can't be edited", "message_id_invalid"}

// takesNothing are the answers to a deletion that has nothing left to do, or comes too
// late: a bot's messages can be deleted for 48 hours (deleteMessage).
var takesNothing = []string{"message to delete not found", "message can't be deleted", "message_id_invalid"}

// post makes the call for one piece and says what deed it was.
func (c *Channel) post(ctx context.Context, at *spot, p piece, open opener) (what string, sent ref, err error) {
	switch {
	case p.edits != nil:
		return "edit", *p.edits, c.edit(ctx, at.chat, p)
	case p.marks != nil:
		return "mark", *p.marks, c.mark(ctx, at.chat, p.marks.id)
	case p.takes != nil:
		_, err := c.api.DeleteMessage(ctx, &sdk.DeleteMessageParams{ChatID: at.chat, MessageID: p.takes.id})
		return "delete", *p.takes, err
	}
	if err := c.enter(ctx, at); err != nil {
		return opening, ref{}, err
	}
	switch {
	case len(p.photos) == 1:
		sent, err = c.sendPhoto(ctx, at, p.photos[0], open)
		return "send photo", sent, err
	case len(p.photos) > 1:
		sent, err = c.sendAlbum(ctx, at, p.photos, open)
		return "send album", sent, err
	case p.file != nil:
		sent, err = c.sendFile(ctx, at, *p.file, open)
		return "send file", sent, err
	case p.place != nil:
		sent, err = c.sendPlace(ctx, at, *p.place)
		return "send place", sent, err
	}
	m, err := c.api.SendMessage(ctx, &sdk.SendMessageParams{
		ChatID: at.chat, MessageThreadID: at.thread, Text: p.text, ReplyMarkup: p.markup, ReplyParameters: p.answers(), ProtectContent: p.protect,
	})
	if err != nil {
		return "send text", sent, err
	}
	return "send text", ref{id: m.ID}, nil
}

// answers names the message that a piece quotes; it goes without when that one is
// gone.
func (p piece) answers() *models.ReplyParameters {
	if p.quotes == 0 {
		return nil
	}
	return &models.ReplyParameters{MessageID: p.quotes, AllowSendingWithoutReply: true}
}

// arrivedMark is the reaction that says that a person's words have arrived. A tick
// is none of those that Telegram lets a bot use (ReactionTypeEmoji).
const arrivedMark = "👌"

// mark is a courtesy: where the message is gone, or the group allows no such mark,
// nobody is told less for it.
func (c *Channel) mark(ctx context.Context, chat int64, id int) error {
	_, err := c.api.SetMessageReaction(ctx, &sdk.SetMessageReactionParams{ChatID: chat, MessageID: id, Reaction: []models.ReactionType{{
		Type: models.ReactionTypeTypeEmoji, ReactionTypeEmoji: &models.ReactionTypeEmoji{Emoji: arrivedMark},
	}}})
	return err
}

// edit changes a message on the screen. Leaving out the markup takes its
// buttons away.
func (c *Channel) edit(ctx context.Context, chat int64, p piece) (err error) {
	switch id := p.edits.id; {
	case p.text == "":
		_, err = c.api.EditMessageReplyMarkup(ctx, &sdk.EditMessageReplyMarkupParams{ChatID: chat, MessageID: id})
	case p.edits.caption:
		_, err = c.api.EditMessageCaption(ctx, &sdk.EditMessageCaptionParams{ChatID: chat, MessageID: id, Caption: p.text})
	default:
		_, err = c.api.EditMessageText(ctx, &sdk.EditMessageTextParams{ChatID: chat, MessageID: id, Text: p.text})
	}
	return err
}

// sendPhoto uploads one picture. It is of a person, so Telegram is asked not to
// let it be forwarded or saved.
func (c *Channel) sendPhoto(ctx context.Context, at *spot, id bot.MediaID, open opener) (ref, error) {
	pic, err := openPicture(ctx, open, id)
	if err != nil {
		return ref{}, err
	}
	defer pic.Close()
	c.action(ctx, at, models.ChatActionUploadPhoto)
	m, err := c.api.SendPhoto(ctx, &sdk.SendPhotoParams{
		ChatID: at.chat, MessageThreadID: at.thread, Photo: &models.InputFileUpload{Filename: "photo.jpg", Data: pic}, ProtectContent: true,
	})
	if err != nil {
		return ref{}, err
	}
	return ref{id: m.ID, caption: true}, nil
}

// sendAlbum uploads two to ten pictures as one piece; it is named by all
// of them, the first before the others.
func (c *Channel) sendAlbum(ctx context.Context, at *spot, ids []bot.MediaID, open opener) (ref, error) {
	var album []models.InputMedia
	for i, id := range ids {
		pic, err := openPicture(ctx, open, id)
		if err != nil {
			return ref{}, err
		}
		defer pic.Close()
		album = append(album, &models.InputMediaPhoto{Media: fmt.Sprintf("attach://photo%d", i), MediaAttachment: pic})
	}
	c.action(ctx, at, models.ChatActionUploadPhoto)
	sent, err := c.api.SendMediaGroup(ctx, &sdk.SendMediaGroupParams{ChatID: at.chat, MessageThreadID: at.thread, Media: album, ProtectContent: true})
	if err != nil || len(sent) == 0 {
		return ref{}, err
	}
	first := ref{id: sent[0].ID, caption: true}
	for _, m := range sent[1:] {
		first.others = append(first.others, m.ID)
	}
	return first, nil
}

// sendFile uploads a file. It is the person's own: they may save it and pass it
// on. Its words are a text of their own before it. Sound and video are played in the
// chat where their bytes are of a kind that Telegram plays.
func (c *Channel) sendFile(ctx context.Context, at *spot, f bot.Document, open opener) (ref, error) {
	pic, err := openDocument(ctx, open, f)
	if err != nil {
		return ref{}, err
	}
	defer pic.Close()
	c.action(ctx, at, models.ChatActionUploadDocument)
	data := bufio.NewReader(pic)
	head, err := data.Peek(12)
	if err != nil && !errors.Is(err, io.EOF) {
		return ref{}, err
	}
	up := &models.InputFileUpload{Filename: f.Name + missingEnding(f.Name, head), Data: data}
	var m *models.Message
	switch {
	case f.Kind == bot.Voice && playsAsVoice(head):
		m, err = c.api.SendVoice(ctx, &sdk.SendVoiceParams{ChatID: at.chat, MessageThreadID: at.thread, Voice: up})
	case f.Kind == bot.Video && bytes.HasPrefix(head[min(4, len(head)):], []byte("ftyp")):
		m, err = c.api.SendVideo(ctx, &sdk.SendVideoParams{ChatID: at.chat, MessageThreadID: at.thread, Video: up})
	default:
		m, err = c.api.SendDocument(ctx, &sdk.SendDocumentParams{ChatID: at.chat, MessageThreadID: at.thread, Document: up, DisableContentTypeDetection: true})
	}
	if err != nil {
		return ref{}, err
	}
	return ref{id: m.ID, caption: true}, nil
}

// openDocument reads a file that we keep, or the one that the message itself brings.
func openDocument(ctx context.Context, open opener, f bot.Document) (*picture, error) {
	if len(f.Content) > 0 {
		return &picture{io.NopCloser(bytes.NewReader(f.Content)), "a file", maxFile, maxFile}, nil
	}
	return openFile(ctx, open, f.ID, "a file", maxFile)
}

// sendPlace shows a place on the map.
func (c *Channel) sendPlace(ctx context.Context, at *spot, p bot.Place) (ref, error) {
	m, err := c.api.SendVenue(ctx, &sdk.SendVenueParams{
		ChatID: at.chat, MessageThreadID: at.thread, Latitude: p.Lat, Longitude: p.Lng, Title: tidy(p.Name), Address: tidy(p.Address),
	})
	if err != nil {
		return ref{}, err
	}
	return ref{id: m.ID}, nil
}

// playsAsVoice says that Telegram plays it as a voice note: Ogg, MP3 or M4A
// (sendVoice); of Ogg it wants Opus inside, and shows anything else as a file.
func playsAsVoice(head []byte) bool {
	return bytes.HasPrefix(head, []byte("OggS")) || bytes.HasPrefix(head, []byte("ID3")) || bytes.HasPrefix(head[min(4, len(head)):], []byte("ftypM4A"))
}

// missingEnding is what a name without an ending needs, so that a phone knows what to
// open it with.
func missingEnding(name string, head []byte) string {
	if strings.Contains(name, ".") {
		return ""
	}
	for begins, ending := range map[string]string{"OggS": ".ogg", "#!AMR": ".amr", "ID3": ".mp3", "%PDF": ".pdf"} {
		if bytes.HasPrefix(head, []byte(begins)) {
			return ending
		}
	}
	if bytes.HasPrefix(head[min(4, len(head)):], []byte("ftyp")) {
		return ".mp4"
	}
	return ""
}

// picture reads one of our own files, no further than Telegram takes them.
type picture struct {
	io.ReadCloser
	what       string
	most, left int64
}

func openPicture(ctx context.Context, open opener, id bot.MediaID) (*picture, error) {
	return openFile(ctx, open, id, "a picture", maxPhoto)
}

func openFile(ctx context.Context, open opener, id bot.MediaID, what string, most int64) (*picture, error) {
	if open == nil {
		return nil, &pictureError{errors.New("the delivery has no pictures")}
	}
	r, err := open(ctx, id)
	if err != nil {
		return nil, &pictureError{err}
	}
	return &picture{r, what, most, most}, nil
}

func (p *picture) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	switch p.left -= int64(n); {
	case p.left < 0:
		return n, &tooLarge{p.what, p.most}
	case err != nil && err != io.EOF:
		return n, &pictureError{err}
	}
	return n, err
}

// pictureError is a picture of ours that could not be read; nothing was sent.
type pictureError struct{ err error }

func (e *pictureError) Error() string { return "picture: " + e.err.Error() }
func (e *pictureError) Unwrap() error { return e.err }

// explain keeps a picture that is gone from being taken for a person who is.
func (e *pictureError) explain(what string) error {
	if errors.Is(e.err, bot.ErrGone) {
		return fmt.Errorf("telegram: %s: %w", what, &bot.Refused{Code: 410, Reason: "a picture is no longer kept"})
	}
	return fmt.Errorf("telegram: %s: %w", what, e.err)
}
