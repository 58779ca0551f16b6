package telegram

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"redthread/bot"
)

// The Bot API's sizes, in UTF-16 units unless said otherwise.
const (
	maxText    = 4096
	maxCaption = 1024
	maxToast   = 200
	maxAlbum   = 10  // pictures
	maxButtons = 100 // in one keyboard
)

// piece is one call of the Bot API: a text, one picture or an album, a file, a place,
// the change of a message on the screen, a mark on one, or its end.
type piece struct {
	text    string
	markup  models.ReplyMarkup // nil: none
	photos  []bot.MediaID
	file    *bot.Document
	place   *bot.Place
	edits   *ref
	instead string // said where the message to be edited cannot be
	marks   *ref
	protect bool
	takes   *ref // is deleted
	quotes  int  // the message that it answers; 0: none
}

// weight is how many messages the piece is to the limits of a chat. An edit in a
// private chat is none, nor is a mark.
func (p piece) weight(chat int64) int {
	if p.marks != nil || p.takes != nil || p.edits != nil && chat > 0 {
		return 0
	}
	return max(1, len(p.photos))
}

// draw turns a message into pieces. Text is plain: without a parse mode nothing
// in it needs escaping. The buttons are a keyboard under the last of the text.
// The error is a *bot.Refused: nothing of such a message is sent.
func draw(m bot.Message) ([]piece, error) {
	switch {
	case m.Edits != "":
		return drawEdit(m)
	case m.Mark != "":
		return drawMark(m)
	case m.Takes != 0:
		return drawTakes(m)
	}
	keys, err := markup(m.Buttons)
	if err != nil {
		return nil, err
	}
	var pieces []piece
	for _, t := range split(m.Text, maxText) {
		pieces = append(pieces, piece{text: t, protect: m.Protected})
	}
	if len(m.Buttons) > 0 && len(pieces) == 0 {
		return nil, refuse("buttons without a text to stand under")
	}
	if m.Menu && len(pieces) > 0 {
		pieces[0].markup = &models.ReplyKeyboardRemove{RemoveKeyboard: true}
	}
	if keys != nil { // a message has room for one markup, and the answers matter more
		pieces[len(pieces)-1].markup = keys
	}
	albums, err := drawPhotos(m.Photos)
	if err != nil {
		return nil, err
	}
	pieces = append(pieces, albums...)
	if m.Document != nil {
		if m.Document.ID == "" && len(m.Document.Content) == 0 || m.Document.Name == "" {
			return nil, refuse("a file without an ID or a name")
		}
		pieces = append(pieces, piece{file: m.Document})
	}
	if p := m.Place; p != nil {
		if p.Name == "" || p.Address == "" { // sendVenue wants both
			return nil, refuse("a place without a name or an address")
		}
		pieces = append(pieces, piece{place: p})
	}
	if len(pieces) == 0 {
		return nil, refuse("an empty message")
	}
	if at, ok := parseRef(m.Quotes); ok {
		pieces[0].quotes = at.id
	}
	return pieces, nil
}

// drawMark is a mark on a message of the person.
func drawMark(m bot.Message) ([]piece, error) {
	at, ok := parseRef(m.Mark)
	if !ok {
		return nil, refuse("Mark names no message")
	}
	return []piece{{marks: &at}}, nil
}

// drawTakes takes back what bears these names; nothing, when it has not arrived.
func drawTakes(m bot.Message) (pieces []piece, err error) {
	for _, name := range m.Gone {
		at, ok := parseRef(name)
		if !ok {
			return nil, refuse("Gone names no message")
		}
		pieces = append(pieces, piece{takes: &at})
	}
	return pieces, nil
}

// drawEdit is the change of a message: its text becomes ours, its buttons go.
// Without a text only the buttons go. It is one piece, so too long a text is
// shortened.
func drawEdit(m bot.Message) ([]piece, error) {
	at, ok := parseRef(m.Edits)
	if !ok {
		return nil, refuse("Edits names no message")
	}
	if len(m.Buttons) > 0 || len(m.Photos) > 0 || m.Document != nil {
		return nil, refuse("an edit has no buttons, no photos and no file")
	}
	limit := maxText
	if at.caption {
		limit = maxCaption
	}
	return []piece{{text: shorten(tidy(m.Text), limit), edits: &at, instead: shorten(tidy(m.Otherwise), maxText)}}, nil
}

func drawPhotos(ids []bot.MediaID) (pieces []piece, err error) {
	for i, id := range ids {
		if id == "" {
			return nil, refuse("photo %d has no ID", i+1)
		}
		if i%maxAlbum == 0 {
			pieces = append(pieces, piece{})
		}
		last := &pieces[len(pieces)-1]
		last.photos = append(last.photos, id)
	}
	return pieces, nil
}

func refuse(format string, args ...any) error {
	return &bot.Refused{Code: 400, Reason: fmt.Sprintf(format, args...)}
}

// markup draws the buttons under a message, or, where one of them shares the
// person's number, as keys in the place of the letters: no other kind can
// (KeyboardButton, request_contact). Those keys write their labels.
func markup(buttons []bot.Button) (models.ReplyMarkup, error) {
	keys, err := keyboard(buttons)
	if keys == nil || err != nil {
		return nil, err // an untyped nil: none
	}
	if !slices.ContainsFunc(buttons, func(b bot.Button) bool { return b.Contact }) {
		return keys, nil
	}
	m := &models.ReplyKeyboardMarkup{ResizeKeyboard: true, OneTimeKeyboard: true}
	for _, b := range buttons {
		m.Keyboard = append(m.Keyboard, []models.KeyboardButton{{Text: strings.TrimSpace(tidy(b.Label)), RequestContact: b.Contact}})
	}
	return m, nil
}

// keyboard draws the buttons; nil when there are none. An empty callback_data
// would silently become a button that copies text, so it is refused here.
func keyboard(buttons []bot.Button) (*models.InlineKeyboardMarkup, error) {
	if len(buttons) == 0 {
		return nil, nil
	}
	if len(buttons) > maxButtons {
		return nil, refuse("%d buttons, Telegram takes %d", len(buttons), maxButtons)
	}
	keys := make([]models.InlineKeyboardButton, len(buttons))
	for i, b := range buttons {
		key, wrong := drawButton(b)
		if wrong != "" {
			return nil, refuse("button %d: %s", i+1, wrong)
		}
		keys[i] = key
	}
	return &models.InlineKeyboardMarkup{InlineKeyboard: rows(keys)}, nil
}

func drawButton(b bot.Button) (key models.InlineKeyboardButton, wrong string) {
	label := strings.TrimSpace(tidy(b.Label))
	switch {
	case label == "":
		return key, "the label is empty"
	case b.URL != "":
		u, err := url.Parse(b.URL)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "tg") {
			return key, "the URL is no http, https or tg address"
		}
		return models.InlineKeyboardButton{Text: label, URL: b.URL}, ""
	case b.ID == "":
		return key, "the ID is empty"
	case len(b.ID) > bot.MaxButtonID:
		return key, fmt.Sprintf("the ID has %d bytes, more than %d", len(b.ID), bot.MaxButtonID)
	case !ours(b.ID):
		return key, "the ID is not plain text"
	}
	return models.InlineKeyboardButton{Text: label, CallbackData: b.ID}, ""
}

// rows lays the keys out: one a row, but two or three where all labels are short
// enough to be read on a narrow phone, and the rows about equally long.
func rows(keys []models.InlineKeyboardButton) [][]models.InlineKeyboardButton {
	widest := 0
	for _, k := range keys {
		widest = max(widest, width(k.Text))
	}
	per := 1
	switch {
	case widest <= 8:
		per = 3
	case widest <= 14:
		per = 2
	}
	var out [][]models.InlineKeyboardButton
	for n := (len(keys) + per - 1) / per; n > 0; n-- {
		take := (len(keys) + n - 1) / n
		out = append(out, keys[:take])
		keys = keys[take:]
	}
	return out
}

// width is about how many Latin letters wide a label is.
func width(s string) (n int) {
	for _, r := range s {
		if r >= 0x1100 { // CJK and emoji
			n++
		}
		n++
	}
	return n
}

// ref names a message on the screen: "42", or "42c" when its words are a
// picture's caption.
type ref struct {
	id      int
	caption bool
	others  []int // of an album, besides the first
}

// names are those of all that was sent as one piece.
func (r ref) names() []string {
	all := []string{r.String()}
	for _, id := range r.others {
		all = append(all, ref{id: id, caption: true}.String())
	}
	return all
}

func (r ref) String() string {
	if r.caption {
		return strconv.Itoa(r.id) + "c"
	}
	return strconv.Itoa(r.id)
}

func parseRef(s string) (ref, bool) {
	digits, caption := strings.CutSuffix(s, "c")
	id, err := strconv.Atoi(digits)
	return ref{id: id, caption: caption}, err == nil && id > 0
}

// split cuts a text into pieces of at most limit UTF-16 units, where it hurts
// least. Telegram trims each message, so the blanks at a cut are left out;
// nothing else is.
func split(text string, limit int) (pieces []string) {
	text = strings.TrimSpace(tidy(text))
	for text != "" {
		at := border(text, limit)
		pieces = append(pieces, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	return pieces
}

// border is where the first piece of text ends, in bytes: at a blank line, a
// line's, a sentence's or a word's end if there is one in its latter half.
func border(text string, limit int) int {
	end := fit(text, limit)
	if end == len(text) {
		return end
	}
	head := text[:end]
	for _, marks := range [][]string{
		{"\n\n"}, {"\n"}, {"。", "！", "？", "；", "…", ". ", "! ", "? "}, {" ", "，", "、"},
	} {
		best := 0
		for _, m := range marks {
			if i := strings.LastIndex(head, m); i >= 0 {
				best = max(best, i+len(m))
			}
		}
		if best >= end/2 && best > 0 {
			return best
		}
	}
	return unglued(text, end)
}

// fit is how many bytes of text go into limit UTF-16 units, whole runes only.
func fit(text string, limit int) int {
	for i, r := range text {
		if limit -= units(r); limit < 0 {
			return i
		}
	}
	return len(text)
}

func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// unglued moves a cut back so that it does not tear an emoji or a letter from
// its marks. It gives up after a few runes: whoever glues more means no letter.
func unglued(text string, end int) int {
	at := end
	for range 16 {
		next, _ := utf8.DecodeRuneInString(text[at:])
		last, size := utf8.DecodeLastRuneInString(text[:at])
		if !glue(next) && last != '\u200d' {
			return at
		}
		if at -= size; at <= 0 {
			return end
		}
	}
	return end
}

// glue says that the rune belongs to the one before it.
func glue(r rune) bool {
	return r == '\u200d' || unicode.Is(unicode.M, r) || (r >= 0x1F3FB && r <= 0x1F3FF) // joiner, marks, skin tones
}

// shorten cuts a text to limit units and says so with an ellipsis.
func shorten(text string, limit int) string {
	if fit(text, limit) == len(text) {
		return text
	}
	return text[:unglued(text, fit(text, limit-1))] + "…"
}

// tidy makes the text valid UTF-8, which JSON and the Bot API demand.
func tidy(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
