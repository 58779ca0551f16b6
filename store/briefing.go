package store

// History is what there has been with a person, in numbers and without a word of
// it, for a colleague who is about to talk with them.
type History struct {
	Complaints, Open int
	Grave            []string // the numbers of open complaints about the matters that weigh most
	Questions        int
	Unanswered       int
	Talks            int // that are over
}

// History tells what there has been with a person; grave are the matters that
// weigh most.
func (tx *Tx) History(person int64, grave ...string) (h History, err error) {
	for _, c := range []struct {
		n     *int
		query string
	}{
		{&h.Complaints, "SELECT COUNT(*) FROM complaints WHERE " + ofPerson},
		{&h.Open, "SELECT COUNT(*) FROM complaints WHERE closed_at = 0 AND " + ofPerson},
		{&h.Questions, "SELECT COUNT(*) FROM questions WHERE " + ofPerson},
		{&h.Unanswered, "SELECT COUNT(*) FROM questions WHERE answered_at = 0 AND " + ofPerson},
		{&h.Talks, "SELECT COUNT(*) FROM handoffs WHERE closed_at > 0 AND staff_id > 0 AND " + ofPerson},
	} {
		if err := tx.count(c.n, c.query, person, person); err != nil {
			return h, err
		}
	}
	db, err := tx.records()
	if err != nil {
		return h, err
	}
	var rows []complaintRow
	if err := db.Where(ofPerson+" AND closed_at = 0", person, person).Order("id").Find(&rows).Error; err != nil {
		return h, wrap("read open complaints", err)
	}
	for _, row := range rows {
		c, err := tx.complaint(db, row)
		if err != nil {
			return h, err
		}
		for _, m := range grave {
			if c.Matter == m {
				h.Grave = append(h.Grave, c.Number())
			}
		}
	}
	return h, nil
}
