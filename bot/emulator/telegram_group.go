package emulator

import "maps"

// TelegramGroup is a group the bot administers: a basic one, or a forum with
// topics (a supergroup). Everybody in it looks at one screen.
type TelegramGroup struct {
	t     *Telegram
	chat  *tgChat
	owner *TelegramPhone
}

// tgAnonymous stands for administrators who write in the name of their group.
var tgAnonymous = tgUser{ID: 1087968824, IsBot: true, First: "Group", Username: "GroupAnonymousBot"}

// tgSupergroup is where the IDs of supergroups begin, downwards.
const tgSupergroup = -1_000_000_000_000

// Group is a new group that owner made and put the bot in charge of; the bot is
// told by my_chat_member.
func (t *Telegram) Group(title string, forum bool, owner *TelegramPhone) *TelegramGroup {
	g := &TelegramGroup{t: t, owner: owner}
	owner.does(func(push *TelegramPush) {
		t.groups++
		info := tgChatInfo{ID: -5_000_000 - t.groups, Title: title, Type: "group"}
		if forum {
			info = tgChatInfo{ID: tgSupergroup - 5_000_000 - t.groups, Title: title, Type: "supergroup", IsForum: true}
		}
		g.chat = t.newChat(info, NewScreen())
		g.chat.members[owner.user.ID] = owner.user
		t.membership(g.chat, owner.user, "left", "administrator", push)
	})
	return g
}

// ID is the group's chat ID; Migrate changes it.
func (g *TelegramGroup) ID() int64 {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	return g.chat.info.ID
}

// Screen is what the members see.
func (g *TelegramGroup) Screen() *Screen { return g.chat.screen }

// Topics are the names of the open and closed topics, by thread ID.
func (g *TelegramGroup) Topics() map[int64]string {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	names := map[int64]string{}
	for id, topic := range g.chat.topics {
		names[id] = topic.Name
	}
	return names
}

// Add lets somebody in.
func (g *TelegramGroup) Add(p *TelegramPhone) *TelegramPush {
	return p.does(func(push *TelegramPush) {
		g.chat.members[p.user.ID] = p.user
		g.t.says(g.chat, g.owner, push, tgMessage{NewMembers: []tgUser{p.user}})
	})
}

// by lets a member do something; others cannot.
func (g *TelegramGroup) by(p *TelegramPhone, f func(*TelegramPush)) *TelegramPush {
	return p.does(func(push *TelegramPush) {
		if _, member := g.chat.members[p.user.ID]; !member {
			push.fail(ErrTelegramBlocked)
			return
		}
		f(push)
	})
}

// Write sends a member's text, into a topic unless thread is 0.
func (g *TelegramGroup) Write(p *TelegramPhone, thread int64, text string) *TelegramPush {
	return g.by(p, func(push *TelegramPush) { g.t.writes(g.chat, p, push, text, g.in(thread)) })
}

// WriteUnseen sends an administrator's text in the name of the group.
func (g *TelegramGroup) WriteUnseen(p *TelegramPhone, thread int64, text string) *TelegramPush {
	return g.by(p, func(push *TelegramPush) {
		like := g.in(thread)
		like.SenderChat = &g.chat.info
		g.t.writes(g.chat, p, push, text, like)
	})
}

// in is a message in a topic, unless thread is 0. Who answers nothing there answers
// the line that opened it.
func (g *TelegramGroup) in(thread int64) tgMessage {
	return tgMessage{Thread: thread, IsTopic: thread != 0, ReplyTo: g.chat.messages[thread].quotable()}
}

// WriteReply sends a member's text as an answer to a bubble, in its topic.
func (g *TelegramGroup) WriteReply(p *TelegramPhone, bubble int64, text string) *TelegramPush {
	return g.by(p, func(push *TelegramPush) {
		like := tgMessage{ReplyTo: g.chat.messages[bubble].quotable()}
		if like.ReplyTo != nil {
			like.Thread, like.IsTopic = like.ReplyTo.Thread, like.ReplyTo.Thread != 0
		}
		g.t.writes(g.chat, p, push, text, like)
	})
}

// SendPicture sends a member's photo.
func (g *TelegramGroup) SendPicture(p *TelegramPhone, thread int64, data []byte, caption string) *TelegramPush {
	return g.by(p, func(push *TelegramPush) {
		m, in := g.t.picture(data, caption), g.in(thread)
		m.Thread, m.IsTopic, m.ReplyTo = in.Thread, in.IsTopic, in.ReplyTo
		g.t.says(g.chat, p, push, m)
	})
}

// Press presses a key under a bubble.
func (g *TelegramGroup) Press(p *TelegramPhone, bubble int64, row, col int) *TelegramPush {
	return g.by(p, func(push *TelegramPush) { g.t.pressKey(g.chat, p, push, bubble, row, col) })
}

// Edit changes a message of the member's own.
func (g *TelegramGroup) Edit(p *TelegramPhone, bubble int64, text string) *TelegramPush {
	return g.by(p, func(push *TelegramPush) { g.t.edits(g.chat, p, push, bubble, text) })
}

// DeleteTopic is the owner's hand deleting a topic; the bot is not told.
func (g *TelegramGroup) DeleteTopic(thread int64) {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	g.chat.dropTopic(thread)
}

// OpenTopic is a member opening a topic; the bot is told.
func (g *TelegramGroup) OpenTopic(p *TelegramPhone, name string) (thread int64) {
	g.by(p, func(push *TelegramPush) {
		topic := &tgTopic{Name: tgTopicName(name), Color: tgTopicColor}
		g.t.says(g.chat, p, push, tgMessage{IsTopic: true, TopicCreated: topic})
		thread = push.Bubbles()[0]
		g.chat.topics[thread] = topic
	})
	return thread
}

// CloseTopic is the owner's hand closing a topic.
func (g *TelegramGroup) CloseTopic(thread int64) {
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	if topic := g.chat.topics[thread]; topic != nil {
		topic.closed = true
	}
}

// Demote takes the bot's rights away; the bot is told by my_chat_member.
func (g *TelegramGroup) Demote() *TelegramPush {
	return g.owner.does(func(push *TelegramPush) {
		if !g.chat.demoted {
			g.chat.demoted = true
			g.t.membership(g.chat, g.owner.user, "administrator", "member", push)
		}
	})
}

// Kick throws the bot out.
func (g *TelegramGroup) Kick() *TelegramPush {
	return g.owner.does(func(push *TelegramPush) {
		if !g.chat.kicked {
			g.chat.kicked = true
			g.t.membership(g.chat, g.owner.user, "administrator", "kicked", push)
		}
	})
}

// Migrate makes a supergroup of a basic group: it has another ID from now on,
// and calls with the old one are refused with migrate_to_chat_id. Two messages
// tell the bot, one in each.
func (g *TelegramGroup) Migrate() *TelegramPush {
	return g.owner.does(func(push *TelegramPush) {
		old := g.chat
		if old.info.Type != "group" {
			return
		}
		info := old.info
		info.ID, info.Type = tgSupergroup+old.info.ID, "supergroup"
		g.chat = g.t.newChat(info, old.screen)
		g.chat.members = maps.Clone(old.members)
		g.chat.last = g.t.lastID + 1 // one screen shows both, IDs go on rising
		g.t.says(old, g.owner, push, tgMessage{MigrateTo: info.ID})
		g.t.says(g.chat, g.owner, push, tgMessage{MigrateFrom: old.info.ID})
		old.movedTo = info.ID
	})
}
