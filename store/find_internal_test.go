package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Settle puts submitted profiles into the tables, as many as make gives, without a
// turn for each: for the benchmark, which needs a million.
func (s *Store) Settle(ctx context.Context, n int, make func(i int) (Profile, Criteria)) error {
	const batch = 500
	for from := 0; from < n; from += batch {
		err := s.inTx(ctx, "fill the house", func(t *sql.Tx) error { return s.aside(ctx, t).settleMany(from, min(batch, n-from), make) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) settleMany(from, n int, make func(i int) (Profile, Criteria)) error {
	var clients []clientRow
	var profiles []profileRow
	var rows []candidateRow
	for i := from; i < from+n; i++ {
		p, c := make(i)
		person := int64(i + 1)
		clients = append(clients, clientRow{ID: person, Conversation: fmt.Sprint("telegram:", person), ArrivedAt: 1})
		row := profileRow{ClientID: person, FactsKey: newID(), State: ProfileComplete, BegunAt: 1, UpdatedAt: millis(tx.now), FiledAt: 1}
		if err := tx.fill(&row, p); err != nil {
			return err
		}
		profiles = append(profiles, row)
		rows = append(rows, candidateRow{ClientID: person, ProfileID: person, Shape: candidateShape, Findable: true, Consented: true, Lot: lotOf(person), Is: traitsOf(p, tx.now), Must: wantsOf(c, Must), Like: wantsOf(c, Prefer)})
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	for _, all := range []any{&clients, &profiles, &rows} {
		if err := db.CreateInBatches(all, 250).Error; err != nil {
			return err
		}
	}
	return nil
}
