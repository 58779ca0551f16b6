package store

// 归属红娘: whose client somebody is. It stands on the person's oldest chat, and
// is written to all of them, so that chats that are parted again keep it.

// Owner is the matchmaker whose client the person is. ErrNotFound: nobody's, or
// of somebody who works here no more.
func (tx *Tx) Owner(c Client) (Staff, error) {
	if c.OwnerID == 0 {
		return Staff{}, wrap("read whose client it is", ErrNotFound)
	}
	return tx.StaffByID(c.OwnerID)
}

// Assign makes the person, named by Client.ID, the colleague's client; nobody's
// with the zero Staff.
func (tx *Tx) Assign(client int64, owner Staff) error {
	_, err := tx.exec("UPDATE clients SET owner_id = ? WHERE id = ? OR person_id = ?", owner.ID, client, client)
	return wrap("assign a client", err)
}
