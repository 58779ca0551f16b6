package store

// NoteRefusal counts that somebody could not be registered, and why. It keeps
// nothing of who it was. The reason is a word of at most 16 letters.
func (tx *Tx) NoteRefusal(reason string) error {
	_, err := tx.exec("INSERT INTO refusals (reason, channel, at) VALUES (?, ?, ?)", reason, tx.ev.From.Channel, millis(tx.now))
	return wrap("note a refusal", err)
}
