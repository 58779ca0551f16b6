package emulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

const (
	tgMaxData = 64 // bytes of callback_data (InlineKeyboardButton)
	tgMaxKeys = 100
)

// tgInline is an inline keyboard as messages carry it.
type tgInline struct {
	Rows [][]tgInlineKey `json:"inline_keyboard"`
}

type tgInlineKey struct {
	Text string          `json:"text"`
	URL  string          `json:"url,omitempty"`
	Data string          `json:"callback_data,omitempty"`
	Copy *tgCopyText     `json:"copy_text,omitempty"`
	App  json.RawMessage `json:"web_app,omitempty"`
}

type tgCopyText struct {
	Text string `json:"text"`
}

// tgReplyKB is a keyboard in the place of the letters; nil rows remove it. A
// key's Data is "contact" or "location" where it asks for that.
type tgReplyKB struct{ rows [][]Key }

// markup reads reply_markup: an inline keyboard, or a change of the reply
// keyboard, or neither.
func (c *tgCall) markup() (*tgInline, *tgReplyKB, error) {
	raw := strings.TrimSpace(c.str("reply_markup"))
	if raw == "" || raw == "null" {
		return nil, nil, nil
	}
	var m struct {
		Inline *[][]json.RawMessage `json:"inline_keyboard"`
		Reply  *[][]json.RawMessage `json:"keyboard"`
		Remove bool                 `json:"remove_keyboard"`
	}
	if raw[0] != '{' {
		return nil, nil, tgBad("object expected as reply markup")
	}
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return nil, nil, tgBad("can't parse reply keyboard markup JSON object")
	}
	switch {
	case m.Inline != nil:
		inline, err := tgInlineKeyboard(*m.Inline)
		return inline, nil, err
	case m.Reply != nil:
		reply, err := tgReplyKeyboard(*m.Reply)
		return nil, reply, err
	case m.Remove:
		return nil, &tgReplyKB{}, nil
	}
	return nil, nil, nil
}

func tgInlineKeyboard(rows [][]json.RawMessage) (*tgInline, error) {
	k := &tgInline{}
	n := 0
	for _, row := range rows {
		var keys []tgInlineKey
		for _, raw := range row {
			key, err := tgReadInlineKey(raw)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
		if n += len(keys); n > tgMaxKeys {
			return nil, tgBad("reply markup is too long")
		}
		if len(keys) > 0 {
			k.Rows = append(k.Rows, keys)
		}
	}
	if k.Rows == nil {
		return nil, nil // an empty keyboard is none
	}
	return k, nil
}

// tgReadInlineKey reads one key. What it does is looked for in the platform's
// order: a link, data for the bot, a text to copy.
func tgReadInlineKey(raw json.RawMessage) (tgInlineKey, error) {
	var in struct {
		Text *string         `json:"text"`
		URL  string          `json:"url"`
		Data string          `json:"callback_data"`
		Copy *tgCopyText     `json:"copy_text"`
		App  json.RawMessage `json:"web_app"`
	}
	key := tgInlineKey{}
	refuse := func(why string) (tgInlineKey, error) {
		return key, tgBad("can't parse inline keyboard button: " + why)
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return refuse("InlineKeyboardButton must be an Object")
	}
	if in.Text == nil {
		return refuse(`Can't find field "text"`)
	}
	key.Text = tgClean(*in.Text)
	switch {
	case key.Text == "":
		return key, tgBad("REPLY_MARKUP_INVALID")
	case in.URL != "":
		key.URL = in.URL
		if u, err := url.Parse(in.URL); err != nil || u.Host == "" && u.Scheme != "tg" || !tgSchemes[u.Scheme] {
			return key, tgBad(fmt.Sprintf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", in.URL))
		}
	case in.Data != "":
		key.Data = in.Data
		if len(in.Data) > tgMaxData {
			return key, tgBad("BUTTON_DATA_INVALID")
		}
	case len(in.App) > 0:
		key.App = in.App
	case in.Copy != nil:
		key.Copy = in.Copy
		if n := tgUnits(in.Copy.Text); n < 1 || n > 256 {
			return key, tgBad("BUTTON_COPY_TEXT_INVALID")
		}
	default:
		return refuse("Text buttons are unallowed in the inline keyboard")
	}
	return key, nil
}

var tgSchemes = map[string]bool{"http": true, "https": true, "tg": true, "ton": true}

func tgReplyKeyboard(rows [][]json.RawMessage) (*tgReplyKB, error) {
	k := &tgReplyKB{rows: [][]Key{}}
	for _, row := range rows {
		var keys []Key
		for _, raw := range row {
			var key struct {
				Text     string `json:"text"`
				Contact  bool   `json:"request_contact"`
				Location bool   `json:"request_location"`
			}
			if raw[0] == '"' { // a plain string is a key, too
				_ = json.Unmarshal(raw, &key.Text) // the row was read as JSON, so this is a whole string
			} else if err := json.Unmarshal(raw, &key); err != nil {
				return nil, tgBad("can't parse keyboard button: KeyboardButton must be an Object")
			}
			if tgClean(key.Text) == "" {
				return nil, tgBad("keyboard button text must be non-empty")
			}
			shown := Key{Label: key.Text}
			switch {
			case key.Contact:
				shown.Data = "contact"
			case key.Location:
				shown.Data = "location"
			}
			keys = append(keys, shown)
		}
		if len(keys) > 0 {
			k.rows = append(k.rows, keys)
		}
	}
	return k, nil
}

// keys is the keyboard as the screen shows it.
func (k *tgInline) keys() [][]Key {
	if k == nil {
		return nil
	}
	rows := make([][]Key, len(k.Rows))
	for i, row := range k.Rows {
		for _, key := range row {
			rows[i] = append(rows[i], Key{Label: key.Text, Data: key.Data, URL: key.URL})
		}
	}
	return rows
}
