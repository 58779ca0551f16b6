package store

// InHand is what a colleague has in hand, in numbers.
type InHand struct {
	Clients    int // whose matchmaker they are
	Talks      int // open ones
	Complaints int // that are not closed
	Questions  int // that they have taken and not answered
	Words      int // theirs that the guard holds
}

// InHand counts what the colleague has in hand.
func (tx *Tx) InHand(staff int64) (h InHand, err error) {
	for _, c := range []struct {
		n     *int
		query string
	}{
		{&h.Clients, "SELECT COUNT(*) FROM clients WHERE owner_id = ? AND person_id = 0 AND erased_at = 0"},
		{&h.Talks, "SELECT COUNT(*) FROM handoffs WHERE staff_id = ? AND state = 'taken'"},
		{&h.Complaints, "SELECT COUNT(*) FROM complaints WHERE owner_id = ? AND closed_at = 0"},
		{&h.Questions, "SELECT COUNT(*) FROM questions WHERE owner_id = ? AND state = 'open'"},
		{&h.Words, "SELECT COUNT(*) FROM held_words WHERE staff_id = ? AND state IN ('held', 'asked')"},
	} {
		if err := tx.count(c.n, c.query, staff); err != nil {
			return h, err
		}
	}
	return h, nil
}

// Concerns says that the colleague has something open of the person, named by
// Client.ID: a talk, a complaint, a question.
func (tx *Tx) Concerns(staff, client int64) (bool, error) {
	var n int
	const chats = " AND " + ofPerson
	err := tx.count(&n, "SELECT (SELECT COUNT(*) FROM handoffs WHERE staff_id = ? AND state = 'taken'"+chats+")"+
		" + (SELECT COUNT(*) FROM complaints WHERE owner_id = ? AND closed_at = 0"+chats+")"+
		" + (SELECT COUNT(*) FROM questions WHERE owner_id = ? AND state = 'open'"+chats+")",
		staff, client, client, staff, client, client, staff, client, client)
	return n > 0, err
}
