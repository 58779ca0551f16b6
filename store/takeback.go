package store

// Who has written words takes them back. What still waits does not go out; what has
// arrived stays on record, with the note that it was taken back, and goes from the
// client's screen where the platform lets us do that (bot.Message.Takes).

const takenReason = "taken back by who wrote it"

// CarriedOf lists the messages that carry what was written in the turn's own
// conversation under that name: words and files go in several.
func (tx *Tx) CarriedOf(ref string) ([]Carried, error) {
	return tx.carriedWhere("c.sender = ? AND c.sender_ref = ? AND c.tells = 1 ORDER BY c.seq LIMIT 20", tx.ev.From.String(), ascii(ref, 64))
}

// TakeBack notes that a message is taken back, and calls it off if it has not gone out.
// arrived says that it has: then it is to be taken off the screen. ErrSending: it may be
// going out right now. ErrNotPending: nothing can be taken back any more.
func (tx *Tx) TakeBack(id string) (c Carried, arrived bool, err error) {
	if c, err = tx.Carried(id); err != nil {
		return c, false, err
	}
	switch {
	case c.Fate == Arrived:
		arrived = true
		_, err = tx.exec("UPDATE outbox SET reason = ? WHERE conversation = ? AND seq = ?", takenReason, c.To.String(), c.Seq)
	case c.Fate.Final():
		return c, false, ErrNotPending
	default:
		if err := tx.s.drop(tx.ctx, tx.sql, c.To, c.Seq); err != nil {
			return c, false, err
		}
		_, err = tx.exec("UPDATE outbox SET state = ?, reason = ? WHERE conversation = ? AND seq = ?", CalledOff, takenReason, c.To.String(), c.Seq)
	}
	if err != nil {
		return c, false, wrap("note what was taken back", err)
	}
	tx.CancelFor(c.Carry.Sender, NewsCarried, id)
	return c, arrived, tx.Told(id, TakenBack)
}
