package emulator

import "strings"

// methodTable lists what the server plays, by the method's name in lower case.
// The platform has more; an unknown one is answered with 404, as a name that
// never existed.
func (t *Telegram) methodTable() map[string]tgMethod {
	table := map[string]tgMethod{}
	for name, run := range map[string]func(*tgCall) (any, error){
		"getMe":                  t.getMe,
		"setWebhook":             t.setWebhook,
		"deleteWebhook":          t.deleteWebhook,
		"getWebhookInfo":         t.getWebhookInfo,
		"getUpdates":             nil, // it waits, see getUpdates
		"sendMessage":            t.sendMessage,
		"sendPhoto":              t.sendPhoto,
		"sendDocument":           t.sendDocument,
		"sendVoice":              t.sendVoice,
		"sendVideo":              t.sendVideo,
		"sendLocation":           t.sendLocation,
		"sendVenue":              t.sendVenue,
		"sendMediaGroup":         t.sendMediaGroup,
		"sendChatAction":         t.sendChatAction,
		"editMessageText":        t.editMessageText,
		"editMessageCaption":     t.editMessageCaption,
		"editMessageReplyMarkup": t.editMessageReplyMarkup,
		"deleteMessage":          t.deleteMessage,
		"setMessageReaction":     t.setMessageReaction,
		"copyMessage":            t.copyMessage,
		"forwardMessage":         t.forwardMessage,
		"answerCallbackQuery":    t.answerCallbackQuery,
		"setMyCommands":          t.setMyCommands,
		"getMyCommands":          t.getMyCommands,
		"deleteMyCommands":       t.deleteMyCommands,
		"setChatMenuButton":      t.setChatMenuButton,
		"getFile":                t.getFile,
		"getChat":                t.getChat,
		"getChatMember":          t.getChatMember,
		"createForumTopic":       t.createForumTopic,
		"editForumTopic":         t.editForumTopic,
		"closeForumTopic":        t.closeForumTopic,
		"reopenForumTopic":       t.reopenForumTopic,
		"deleteForumTopic":       t.deleteForumTopic,
	} {
		puts := strings.HasPrefix(name, "send") || name == "copyMessage" || name == "forwardMessage"
		table[strings.ToLower(name)] = tgMethod{name: name, sends: puts && name != "sendChatAction", run: run}
	}
	return table
}
