package store

import (
	"errors"
	"slices"

	"gorm.io/gorm"

	"redthread/bot"
)

// A colleague can have a chat on each platform. They are one person in both, and
// what they are to hear goes to where it arrives: a chat that has not blocked us,
// whose window is open, and in which they acted last.

type staffChatRow struct {
	Conversation string `gorm:"primaryKey"`
	StaffID      int64
	LinkedAt     int64
	UsedAt       int64 // when they came here from another chat
}

func (staffChatRow) TableName() string { return "staff_chats" }

// Every chat of every colleague, and those in which they did not enrol, in SQL.
const (
	otherStaffChats = "(SELECT s.id AS id, s.role AS role, s.revoked_at AS revoked_at, c.conversation AS conversation FROM staff s JOIN staff_chats c ON c.staff_id = s.id WHERE c.conversation <> s.conversation)"
	everyStaffChat  = "(SELECT id, role, revoked_at, conversation FROM staff UNION ALL SELECT id, role, revoked_at, conversation FROM " + otherStaffChats + " o)"
)

// reach is what decides between two chats of a colleague.
type reach struct {
	Conversation string
	UsedAt       int64
	Gone         bool
	MessageLeft  int
	MessageUntil int64
	ActionLeft   int
	ActionUntil  int64
}

// open says that the platform would take a message to the chat now. A chat that
// never had a window needs none.
func (r reach) open(now int64) bool {
	if r.Gone {
		return false
	}
	return r.MessageUntil <= 0 && r.ActionUntil <= 0 ||
		r.MessageLeft > 0 && r.MessageUntil > now || r.ActionLeft > 0 && r.ActionUntil > now
}

// fillChats finds the chats of those who have several, the one where they are
// best reached first.
func (s *Store) fillChats(db *gorm.DB, all []Staff) error {
	var ids []int64
	for _, st := range all {
		ids = append(ids, st.ID)
	}
	var rows []staffChatRow
	if len(ids) == 0 {
		return nil
	}
	db = db.Session(&gorm.Session{NewDB: true}) // whatever it was asked before
	if err := db.Where("staff_id IN ?", ids).Order("linked_at, conversation").Find(&rows).Error; err != nil || len(rows) == 0 {
		return wrap("read colleagues' chats", err)
	}
	for i := range all {
		st := &all[i]
		mine := slices.DeleteFunc(slices.Clone(rows), func(r staffChatRow) bool { return r.StaffID != st.ID })
		if len(mine) == 0 {
			continue
		}
		if err := s.orderChats(db, st, mine); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) orderChats(db *gorm.DB, st *Staff, rows []staffChatRow) error {
	var chats []string
	for _, r := range rows {
		chats = append(chats, r.Conversation)
	}
	var heads []reach
	err := db.Table("outbox_heads").Select("conversation, gone, message_left, message_until, action_left, action_until").
		Where("conversation IN ?", chats).Find(&heads).Error
	if err != nil {
		return wrap("see where a colleague can be reached", err)
	}
	now := millis(s.now())
	better := func(a, b staffChatRow) int {
		x, y := reachOf(heads, a).open(now), reachOf(heads, b).open(now)
		switch {
		case x && !y:
			return -1
		case y && !x:
			return 1
		}
		return int(min(max(b.UsedAt-a.UsedAt, -1), 1))
	}
	slices.SortStableFunc(rows, better)
	st.Chats = nil
	for _, r := range rows {
		c, err := bot.ParseConversation(r.Conversation)
		if err != nil {
			return err
		}
		st.Chats = append(st.Chats, c)
	}
	st.Conversation = st.Chats[0]
	return nil
}

// reachOf is what is known of the chat; nothing has been said there when there is
// no head.
func reachOf(heads []reach, r staffChatRow) reach {
	i := slices.IndexFunc(heads, func(h reach) bool { return h.Conversation == r.Conversation })
	if i < 0 {
		return reach{}
	}
	return heads[i]
}

// Prefer notes that a colleague of several chats has acted in this one: what they
// are to hear comes here from now on, as long as it arrives.
func (tx *Tx) Prefer(st Staff, here bot.Conversation) error {
	if len(st.Chats) < 2 || st.Conversation == here || !st.In(here) {
		return nil
	}
	tx.roster = nil
	return tx.do("staff_chats", "note a colleague's chat", "UPDATE staff_chats SET used_at = ? WHERE conversation = ? AND staff_id = ?",
		millis(tx.now), here.String(), st.ID)
}

// JoinStaffChat makes the chat that the code is of the second one of the colleague,
// in whose chat the turn is; it gives that chat. ErrNotFound: the code is good no
// longer, or its chat is a client's who has linked chats. ErrSame: it is theirs
// already. ErrColleague: it is another's. ErrFull: they have one on that platform.
// Whatever comes of it, the code is used.
func (tx *Tx) JoinStaffChat(o LinkOffer, me Staff) (Client, error) {
	row, other, err := tx.linkCode(o.Digest)
	if err != nil {
		return other, err
	}
	if _, err := tx.exec("DELETE FROM link_codes WHERE digest = ?", row.Digest); err != nil {
		return other, wrap("use link code", err)
	}
	switch whose, err := tx.Staff(other.Conversation); {
	case err == nil && whose.ID == me.ID:
		return other, wrap("join a colleague's chat", ErrSame)
	case err == nil:
		return other, wrap("join a colleague's chat", ErrColleague)
	case !errors.Is(err, ErrNotFound):
		return other, err
	}
	chats, err := tx.Chats(other.ID)
	if err == nil && len(chats) != 1 {
		err = wrap("join a colleague's chat", ErrNotFound)
	}
	if err != nil {
		return other, err
	}
	if slices.ContainsFunc(me.Chats, func(c bot.Conversation) bool { return c.Channel == other.Conversation.Channel }) {
		return other, wrap("join a colleague's chat", ErrFull)
	}
	now := millis(tx.now)
	return other, errors.Join(
		tx.keepStaffChat(staffChatRow{me.Conversation.String(), me.ID, now, now}),
		tx.keepStaffChat(staffChatRow{other.Conversation.String(), me.ID, now, 0}),
		tx.Audit(me.Actor(), Entry{Action: AuditJoin, Subject: me.Code(), Detail: other.Conversation.Channel}),
	)
}

// keepStaffChat notes that a chat is a colleague's, whosever it was before they
// left.
func (tx *Tx) keepStaffChat(row staffChatRow) error {
	tx.roster = nil
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("join a colleague's chat", db.Save(&row).Error)
}
