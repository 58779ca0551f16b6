package store

import (
	"errors"
	"strings"

	"redthread/bot"
)

// How what is kept of a person is read, table by table, for kept.go.

// rowsOf reads all rows that stand under any chat of the person, the oldest
// first.
func rowsOf[R any](k *keeping, order string) (rows []R, err error) {
	db, err := k.tx.records()
	if err != nil {
		return nil, err
	}
	return rows, db.Where(ofPerson, k.person, k.person).Order(order).Find(&rows).Error
}

func (k *keeping) chats() (err error) {
	if k.Chats, err = k.tx.Chats(k.person); err != nil {
		return err
	}
	if len(k.Chats) == 0 || !k.Chats[0].ErasedAt.IsZero() {
		return ErrNotFound
	}
	k.Person = k.Chats[0]
	if k.Person.OwnerID != 0 {
		k.Owner, err = k.tx.staffWhere("id = ?", k.Person.OwnerID)
	}
	return err
}

func (k *keeping) profiles() error {
	rows, err := rowsOf[profileRow](k, "filed_at = 0, updated_at DESC")
	for _, row := range rows {
		p, err := k.tx.profile(row)
		if err != nil {
			return err
		}
		k.Profiles = append(k.Profiles, p)
	}
	return err
}

func (k *keeping) criteria() error {
	rows, err := rowsOf[criteriaRow](k, "updated_at DESC")
	for _, row := range rows {
		c := Criteria{UpdatedAt: fromMillis(row.UpdatedAt)}
		if err := k.tx.s.box.OpenJSON(wishesPlace(row.WishesKey), row.Wishes, &c); err != nil {
			return err
		}
		k.Criteria = append(k.Criteria, c)
	}
	return err
}

func (k *keeping) notes() (err error) {
	const all = 1 << 20
	k.Notes, err = k.tx.Notes(k.person, all)
	return err
}

func (k *keeping) phones() error {
	rows, err := rowsOf[phoneRow](k, "claimed_at DESC")
	for _, row := range rows {
		plain, err := k.tx.s.box.Open(phonePlace(row.NumberKey), row.Number)
		if err != nil {
			return err
		}
		k.Phones = append(k.Phones, KeptPhone{Number: string(plain), Proven: fromMillis(row.ProvenAt), Claimed: fromMillis(row.ClaimedAt)})
	}
	return err
}

func (k *keeping) photos() (err error) {
	k.Photos, err = k.tx.Photos(k.person)
	return err
}

func (k *keeping) consents() (err error) {
	if k.Consents, err = k.tx.ConsentHistory(k.person); err != nil {
		return err
	}
	k.Words = map[string]string{}
	for _, c := range k.Consents {
		if k.Words[c.Digest], err = k.tx.ConsentWords(c.Digest); err != nil {
			return err
		}
	}
	return nil
}

func (k *keeping) ledger() (err error) {
	k.Ledger, err = k.tx.Ledger(k.person)
	return err
}

func (k *keeping) complaints() error {
	rows, err := rowsOf[complaintRow](k, "id")
	if err != nil {
		return err
	}
	db, err := k.tx.records()
	for _, row := range rows {
		c, err := k.tx.complaint(db, row)
		if err != nil {
			return err
		}
		k.Complaints = append(k.Complaints, c)
	}
	return err
}

func (k *keeping) questions() error {
	rows, err := rowsOf[questionRow](k, "id")
	for _, row := range rows {
		q := KeptQuestion{}
		if q.Question, err = k.tx.question(row); err != nil {
			return err
		}
		if q.Steps, err = k.steps("SELECT kind, at FROM question_steps WHERE question_id = ? ORDER BY id", row.ID); err != nil {
			return err
		}
		k.Questions = append(k.Questions, q)
	}
	return err
}

// steps reads what was done about a paper.
func (k *keeping) steps(query string, paper int64) (all []KeptStep, err error) {
	rows, err := k.tx.sql.QueryContext(k.tx.ctx, query, paper)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s KeptStep
		var at int64
		if err := rows.Scan(&s.Kind, &at); err != nil {
			return nil, err
		}
		s.At = fromMillis(at)
		all = append(all, s)
	}
	return all, rows.Err()
}

func (k *keeping) answers() error {
	rows, err := rowsOf[answerRow](k, "id")
	for _, r := range rows {
		k.Answers = append(k.Answers, AnswerGiven{Entry: r.Entry, Version: r.Version, Lang: r.Lang, Digest: r.Digest, How: r.How, At: fromMillis(r.At)})
	}
	return err
}

func (k *keeping) handoffs() error {
	rows, err := rowsOf[handoffRow](k, "id")
	for _, row := range rows {
		h := KeptHandoff{}
		if h.Handoff, err = k.tx.handoff(row); err != nil {
			return err
		}
		if err := k.words(&h); err != nil {
			return err
		}
		k.Handoffs = append(k.Handoffs, h)
	}
	return err
}

func (k *keeping) words(h *KeptHandoff) error {
	db, err := k.tx.records()
	if err != nil {
		return err
	}
	var rows []wordsRow
	if err := db.Where("handoff_id = ? AND staff_id = 0", h.ID).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	for _, row := range rows {
		var w Words
		if err := k.tx.s.box.OpenJSON(wordsPlace(row.WordsKey), row.Words, &w); err != nil {
			return err
		}
		h.Words, h.At = append(h.Words, w), append(h.At, fromMillis(row.At))
	}
	return nil
}

func (k *keeping) reveals() error {
	rows, err := k.tx.sql.QueryContext(k.tx.ctx, "SELECT "+auditColumns+" FROM audit WHERE client_id IN (SELECT id FROM clients WHERE id = ? OR person_id = ?)"+
		" AND SUBSTR(action, 1, ?) = ? ORDER BY seq", k.person, k.person, len(auditRead), auditRead)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []AuditRow
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return err
		}
		all = append(all, r.entry())
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, r := range all {
		staff, err := id("S", r.By.Name)
		if err != nil { // an operator, who has no name that clients are told
			continue
		}
		by, err := k.tx.staffWhere("id = ?", staff)
		if err != nil {
			return err
		}
		k.Reveals = append(k.Reveals, KeptReveal{By: by, What: strings.TrimPrefix(r.Action, auditRead), At: r.At})
	}
	return nil
}

func (k *keeping) visits() error {
	rows, err := rowsOf[sourceVisitRow](k, "first_at")
	for _, row := range rows {
		s, err := k.tx.SourceOf(Client{Source: row.Code})
		if err != nil {
			return err
		}
		k.Visits = append(k.Visits, KeptVisit{Source: s.Name, Campaign: s.Campaign, Visits: row.Visits, First: fromMillis(row.FirstAt), Last: fromMillis(row.LastAt)})
	}
	return err
}

func (k *keeping) links() error {
	db, err := k.tx.records()
	if err != nil {
		return err
	}
	var rows []clientLinkRow
	if err := db.Where(ofPerson, k.person, k.person).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	for _, r := range rows {
		k.Links = append(k.Links, KeptLink{Client: number("K", r.ClientID), Joined: number("K", r.JoinedID), At: fromMillis(r.At), Undone: fromMillis(r.UndoneAt)})
	}
	return nil
}

func (k *keeping) copies() error {
	rows, err := rowsOf[copyRow](k, "id")
	for _, row := range rows {
		steps, err := k.steps("SELECT kind, at FROM data_copy_steps WHERE copy_id = ? ORDER BY id", row.ID)
		if err != nil {
			return err
		}
		k.Copies = append(k.Copies, KeptCopy{Number: DataCopy{ID: row.ID}.Number(), Steps: steps})
	}
	return err
}

// media lists what they sent that has come home: pictures, voice, videos, files. Files of our own making are none.
func (k *keeping) media() error {
	rows, err := k.tx.sql.QueryContext(k.tx.ctx, "SELECT id, kind, type, size, created_at FROM media WHERE state = ? AND kind IN (?, ?, ?, ?) AND id NOT IN (SELECT media_id FROM data_copies) AND conversation IN (SELECT conversation FROM clients WHERE id = ? OR person_id = ?) ORDER BY created_at, id",
		mediaKept, string(bot.Photo), string(bot.Voice), string(bot.Video), string(bot.File), k.person, k.person)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m KeptMedia
		var at int64
		if err := rows.Scan(&m.ID, &m.Kind, &m.Type, &m.Size, &at); err != nil {
			return err
		}
		m.At = fromMillis(at)
		k.Media = append(k.Media, m)
	}
	return rows.Err()
}

// dates are those of the person, each with the feedback that they gave; what the
// other one said is the other one's.
func (k *keeping) dates() error {
	all, err := k.tx.DatesOf(k.person, mostDatesKept)
	if err != nil {
		return err
	}
	calls, err := rowsOf[sosRow](k, "id")
	if err != nil {
		return err
	}
	for _, d := range all {
		side, ok := d.SideOf(k.person)
		if !ok {
			continue
		}
		kept := KeptDate{Number: d.Number(), State: d.State, At: d.At, Place: d.Place}
		both, err := k.tx.FeedbackOf(d)
		if err != nil {
			return err
		}
		kept.Feedback = both[side]
		for _, c := range calls {
			if c.DateID == d.ID {
				kept.Called = append(kept.Called, fromMillis(c.OpenedAt))
			}
		}
		k.Dates = append(k.Dates, kept)
	}
	return nil
}

// mostDatesKept is how many dates a copy tells of: more than anybody has.
const mostDatesKept = 1000

func (k *keeping) zone() error {
	zone, err := k.tx.ZoneOf(k.person)
	if err == nil && zone != nil {
		k.Zone = zone.String()
	}
	return err
}
