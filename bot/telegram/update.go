package telegram

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-telegram/bot/models"

	"redthread/bot"
)

// update is what we read of an Update (https://core.telegram.org/bots/api#update).
// The SDK's own type refuses a whole update when one union in it, say the origin
// of a forwarded message, has a member younger than the SDK, and a client's words
// would go with it. So only the leaves are the SDK's.
type update struct {
	ID       int64       `json:"update_id"`
	Message  *message    `json:"message"`
	Edited   *message    `json:"edited_message"`
	Callback *callback   `json:"callback_query"`
	Member   *membership `json:"my_chat_member"`
}

// message is what we read of a Message.
type message struct {
	ID          int          `json:"message_id"`
	From        *models.User `json:"from"`
	Chat        models.Chat  `json:"chat"`
	Thread      int          `json:"message_thread_id"`
	InTopic     bool         `json:"is_topic_message"` // else Thread is that of answers to one message
	SenderChat  *chatID      `json:"sender_chat"`      // a group or channel speaks for itself: an anonymous administrator
	Date        int64        `json:"date"`             // 0: the message is no longer accessible
	EditDate    int64        `json:"edit_date"`
	Text        string       `json:"text"`
	Caption     string       `json:"caption"`
	MigrateTo   int64        `json:"migrate_to_chat_id"`
	MigrateFrom int64        `json:"migrate_from_chat_id"`
	Quotes      *quote       `json:"reply_to_message"`

	Photo     []models.PhotoSize `json:"photo"`
	Document  *models.Document   `json:"document"`
	Voice     *models.Voice      `json:"voice"`
	Audio     *file              `json:"audio"`
	Video     *file              `json:"video"`
	VideoNote *file              `json:"video_note"`
	Animation *file              `json:"animation"`
	Location  *models.Location   `json:"location"`
	Venue     *models.Venue      `json:"venue"`
	Contact   *models.Contact    `json:"contact"`
	Sticker   *file              `json:"sticker"`
	Dice      *models.Dice       `json:"dice"`
	Poll      *poll              `json:"poll"`

	// A client may send these too; there is nothing in them we could fetch.
	Story     json.RawMessage `json:"story"`
	Checklist json.RawMessage `json:"checklist"`
	Game      json.RawMessage `json:"game"`
	PaidMedia json.RawMessage `json:"paid_media"`
	Giveaway  json.RawMessage `json:"giveaway"`
	Invoice   json.RawMessage `json:"invoice"`
	LivePhoto json.RawMessage `json:"live_photo"`
}

// quote is what we read of the Message that another one answers.
type quote struct {
	ID      int          `json:"message_id"`
	From    *models.User `json:"from"`
	Opened  *opened      `json:"forum_topic_created"`
	Text    string       `json:"text"`
	Caption string       `json:"caption"`
}

// opened is what we read of a ForumTopicCreated. Whoever writes in a topic and
// answers nothing there answers the line that says that it was opened.
type opened struct {
	Name string `json:"name"`
}

// chatID is what we read of a Chat that speaks for itself.
type chatID struct {
	ID int64 `json:"id"`
}

// file is what Audio, Video, VideoNote, Animation and Sticker have in common.
type file struct {
	ID    string `json:"file_id"`
	Size  int64  `json:"file_size"`
	Name  string `json:"file_name"`
	Title string `json:"title"`
	Emoji string `json:"emoji"`
}

// poll is what we read of a Poll.
type poll struct {
	Question string `json:"question"`
}

// callback is what we read of a CallbackQuery.
type callback struct {
	ID      string      `json:"id"`
	From    models.User `json:"from"`
	Message *message    `json:"message"`
	Data    string      `json:"data"`
}

// membership is what we read of a ChatMemberUpdated.
type membership struct {
	Chat models.Chat `json:"chat"`
	From models.User `json:"from"`
	Date int64       `json:"date"`
	New  struct {
		Status models.ChatMemberType `json:"status"`
	} `json:"new_chat_member"`
}

// decode reads an update. What it cannot read, nobody can: the error is a
// *bot.Poison.
func decode(raw []byte) (*update, error) {
	var u update
	err := json.Unmarshal(raw, &u)
	if err == nil && u.ID <= 0 {
		err = errors.New("no update_id")
	}
	if err != nil {
		return &u, &bot.Poison{Err: fmt.Errorf("telegram: read update: %w", err)}
	}
	return &u, nil
}
