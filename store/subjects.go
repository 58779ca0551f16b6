package store

import "slices"

// What colleagues are told of a client is part of what we know of the client, and
// goes when they are erased. Whom a message is about need not be said: a turn that
// speaks of clients has read them. So every message to somebody else is taken to
// be about all clients the turn has read.

// subject is a client whom a turn has read, in one of their chats.
type subject struct {
	person       int64
	conversation string
}

func (tx *Tx) note(row clientRow) {
	s := subject{row.person(), row.Conversation}
	if row.ErasedAt == 0 && !slices.Contains(tx.subjects, s) {
		tx.subjects = append(tx.subjects, s)
	}
}

// about lists whom a message of the turn to the conversation is about: those whose
// own chat it is not.
func (tx *Tx) about(conversation string) (persons []int64) {
	for _, s := range tx.subjects {
		own := slices.ContainsFunc(tx.subjects, func(o subject) bool { return o.person == s.person && o.conversation == conversation })
		if !own && !slices.Contains(persons, s.person) {
			persons = append(persons, s.person)
		}
	}
	return persons
}

// addAbout notes whom the messages are about, beside them.
func addAbout(b *script, heads []*headNews) {
	var args []any
	n := 0
	for _, h := range heads {
		name := h.to.String()
		for i, p := range h.posts {
			for _, person := range p.tx.about(name) {
				n++
				args = append(args, name, h.last-int64(len(h.posts)-1-i), person, millis(p.tx.now))
			}
		}
	}
	if n > 0 {
		b.add("note whom messages are about", "INSERT INTO outbox_about (conversation, seq, client_id, at) VALUES "+rows(n, 4), args...)
	}
}
