package emulator

import "encoding/json"

// The objects of the Bot API, as far as they are played, with the API's own
// field names (core.telegram.org/bots/api#available-types).

type tgUser struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	First    string `json:"first_name"`
	Last     string `json:"last_name,omitempty"`
	Username string `json:"username,omitempty"`
	Lang     string `json:"language_code,omitempty"`
}

type tgChatInfo struct {
	ID       int64  `json:"id"`
	Title    string `json:"title,omitempty"`
	Username string `json:"username,omitempty"`
	First    string `json:"first_name,omitempty"`
	Last     string `json:"last_name,omitempty"`
	Type     string `json:"type"` // "private", "group", "supergroup"
	IsForum  bool   `json:"is_forum,omitempty"`
}

type tgEntity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"` // in UTF-16 units
	Length int    `json:"length"`
	URL    string `json:"url,omitempty"`
}

type tgMessage struct {
	ID            int64       `json:"message_id"`
	Thread        int64       `json:"message_thread_id,omitempty"`
	From          *tgUser     `json:"from,omitempty"`
	SenderChat    *tgChatInfo `json:"sender_chat,omitempty"`
	Chat          tgChatInfo  `json:"chat"`
	Date          int64       `json:"date"`
	EditDate      int64       `json:"edit_date,omitempty"`
	IsTopic       bool        `json:"is_topic_message,omitempty"`
	ForwardOrigin *tgOrigin   `json:"forward_origin,omitempty"`
	ReplyTo       *tgMessage  `json:"reply_to_message,omitempty"`
	Protected     bool        `json:"has_protected_content,omitempty"`
	AlbumID       string      `json:"media_group_id,omitempty"`
	Text          string      `json:"text,omitempty"`
	Entities      []tgEntity  `json:"entities,omitempty"`
	Photo         []tgPhoto   `json:"photo,omitempty"`
	Document      *tgDocument `json:"document,omitempty"`
	Voice         *tgVoice    `json:"voice,omitempty"`
	Video         *tgVideo    `json:"video,omitempty"`
	Sticker       *tgSticker  `json:"sticker,omitempty"`
	Caption       string      `json:"caption,omitempty"`
	CapEntities   []tgEntity  `json:"caption_entities,omitempty"`
	Contact       *tgContact  `json:"contact,omitempty"`
	Location      *tgLocation `json:"location,omitempty"`
	Venue         *tgVenue    `json:"venue,omitempty"`
	Spoiler       bool        `json:"has_media_spoiler,omitempty"`

	NewMembers   []tgUser   `json:"new_chat_members,omitempty"`
	MigrateTo    int64      `json:"migrate_to_chat_id,omitempty"`
	MigrateFrom  int64      `json:"migrate_from_chat_id,omitempty"`
	TopicCreated *tgTopic   `json:"forum_topic_created,omitempty"`
	TopicClosed  *struct{}  `json:"forum_topic_closed,omitempty"`
	Markup       *tgInline  `json:"reply_markup,omitempty"`
	keyboard     *tgReplyKB // a reply keyboard changes the phone, not the message
}

type tgOrigin struct {
	Type string  `json:"type"` // "user"
	Date int64   `json:"date"`
	User *tgUser `json:"sender_user"`
}

type tgPhoto struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Size     int    `json:"file_size,omitempty"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

type tgDocument struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Name     string `json:"file_name,omitempty"`
	Mime     string `json:"mime_type,omitempty"`
	Size     int    `json:"file_size,omitempty"`
}

type tgVoice struct {
	Duration int    `json:"duration"`
	Mime     string `json:"mime_type,omitempty"`
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Size     int    `json:"file_size,omitempty"`
}

type tgVideo struct {
	Duration int    `json:"duration"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Mime     string `json:"mime_type,omitempty"`
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Size     int    `json:"file_size,omitempty"`
}

type tgSticker struct {
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Emoji    string `json:"emoji,omitempty"`
	Animated bool   `json:"is_animated"`
	Video    bool   `json:"is_video"`
	Type     string `json:"type"`
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Size     int    `json:"file_size,omitempty"`
}

type tgContact struct {
	Phone  string `json:"phone_number"`
	First  string `json:"first_name"`
	Last   string `json:"last_name,omitempty"`
	UserID int64  `json:"user_id,omitempty"`
}

type tgLocation struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type tgVenue struct {
	Location tgLocation `json:"location"`
	Title    string     `json:"title"`
	Address  string     `json:"address"`
}

type tgTopic struct {
	Name  string `json:"name"`
	Color int    `json:"icon_color"`

	closed bool
}

// tgMember is a ChatMember of the wanted status; an administrator may do
// everything, like a bot that was given charge of its desk.
func tgMember(user tgUser, status string) map[string]any {
	m := map[string]any{"user": user, "status": status}
	switch status {
	case "kicked":
		m["until_date"] = 0
	case "creator":
		m["is_anonymous"] = false
	case "administrator":
		for _, right := range []string{
			"can_be_edited", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
			"can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
			"can_pin_messages", "can_manage_topics",
		} {
			m[right] = right != "can_be_edited"
		}
		m["is_anonymous"] = false
	}
	return m
}

func tgJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic("emulator: own object does not encode: " + err.Error())
	}
	return data
}
