package store

import (
	"database/sql"
	"time"
)

// CheckState is where a spot check stands.
type CheckState string

// The states of a spot check.
const (
	CheckDrawn    CheckState = "drawn"    // a supervisor is to look
	CheckScored   CheckState = "scored"   // something was found: the colleague is to say what they do about it
	CheckAnswered CheckState = "answered" // they have said so
	CheckClosed   CheckState = "closed"
)

// Scores are how a piece of work was found, each from 1 to 5.
type Scores struct{ Politeness, Promptness, Truth, Secrecy int }

// Lowest is the worst of them.
func (s Scores) Lowest() int { return min(s.Politeness, s.Promptness, s.Truth, s.Secrecy) }

// SpotCheck is a look at one closed paper of a colleague's, drawn by lot.
type SpotCheck struct {
	ID        int64
	Week      string // in which it was drawn: "2026-10"
	Paper     string
	ClientID  int64 // in the chat the paper belongs to
	Staff     Staff // whose work it is
	Checker   Staff // the zero Staff: nobody has looked
	State     CheckState
	Scores    Scores
	Finding   string // in the checker's words
	Rectified string // what the colleague does about it
	DrawnAt   time.Time
	ClosedAt  time.Time // zero: open
}

// Number is what it is called: "X-000001".
func (c SpotCheck) Number() string { return number("X", c.ID) }

type checkRow struct {
	ID         int64
	Week       string
	Paper      string
	ClientID   int64
	StaffID    int64
	CheckerID  int64
	State      string
	Politeness int
	Promptness int
	Truth      int
	Secrecy    int
	Finding    []byte
	Rectified  []byte
	WordsKey   string // names the row before it has a number
	DrawnAt    int64
	ScoredAt   int64
	AnsweredAt int64
	ClosedAt   int64
}

func (checkRow) TableName() string { return "spot_checks" }

func findingPlace(key string) string   { return "spot_checks.finding|" + key }
func rectifiedPlace(key string) string { return "spot_checks.rectified|" + key }

// ClosedPaper is a piece of a colleague's work that is finished.
type ClosedPaper struct {
	Paper    string
	ClientID int64
	StaffID  int64
}

// ClosedSince lists the talks, answers and complaints that colleagues have
// finished since a moment and that were never drawn, in the order of their
// colleagues and numbers.
func (tx *Tx) ClosedSince(since time.Time) (all []ClosedPaper, err error) {
	if err := tx.begin(); err != nil {
		return nil, err
	}
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT 'H', id, client_id, staff_id FROM handoffs WHERE closed_at >= ? AND staff_id <> 0 "+
		"UNION ALL SELECT 'Q', id, client_id, owner_id FROM questions WHERE answered_at >= ? AND owner_id <> 0 "+
		"UNION ALL SELECT 'C', id, client_id, owner_id FROM complaints WHERE closed_at >= ? AND owner_id <> 0 ORDER BY 4, 1, 2", millis(since), millis(since), millis(since))
	if err != nil {
		return nil, wrap("list finished work", err)
	}
	defer rows.Close()
	for rows.Next() {
		var letter string
		var p ClosedPaper
		var n int64
		if err := rows.Scan(&letter, &n, &p.ClientID, &p.StaffID); err != nil {
			return nil, wrap("list finished work", err)
		}
		p.Paper = number(letter, n)
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap("list finished work", err)
	}
	return tx.notDrawn(all)
}

// LastDraw is when work was drawn last; zero: never.
func (tx *Tx) LastDraw() (time.Time, error) {
	var at sql.NullInt64
	if err := tx.begin(); err != nil {
		return time.Time{}, err
	}
	err := tx.sql.QueryRowContext(tx.ctx, "SELECT MAX(drawn_at) FROM spot_checks").Scan(&at)
	return fromMillis(at.Int64), wrap("look for the last draw", err)
}

func (tx *Tx) notDrawn(all []ClosedPaper) (left []ClosedPaper, err error) {
	for _, p := range all {
		var n int
		if err := tx.count(&n, "SELECT COUNT(*) FROM spot_checks WHERE paper = ?", p.Paper); err != nil {
			return nil, err
		}
		if n == 0 {
			left = append(left, p)
		}
	}
	return left, nil
}

// DrawCheck puts a finished paper on the list of those that are looked at.
func (tx *Tx) DrawCheck(week string, p ClosedPaper) (SpotCheck, error) {
	row := checkRow{Week: week, Paper: p.Paper, ClientID: p.ClientID, StaffID: p.StaffID, State: string(CheckDrawn), Finding: []byte{}, Rectified: []byte{}, WordsKey: newID(), DrawnAt: millis(tx.now)}
	db, err := tx.records()
	if err != nil {
		return SpotCheck{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return SpotCheck{}, wrap("draw a spot check", err)
	}
	return tx.check(row)
}

// SpotCheck reads a spot check. ErrNotFound: there is none of that number.
func (tx *Tx) SpotCheck(ref string) (SpotCheck, error) {
	row, err := tx.checkRow(ref)
	if err != nil {
		return SpotCheck{}, err
	}
	return tx.check(row)
}

func (tx *Tx) checkRow(ref string) (row checkRow, err error) {
	n, err := id("X", ref)
	if err != nil {
		return row, err
	}
	return row, tx.hold("read spot check", &row, "id = ?", n)
}

// ScoreCheck notes how a paper was found; with words it waits for the colleague,
// without it is closed. scored is false when it was scored before.
func (tx *Tx) ScoreCheck(ref string, by Staff, s Scores, finding string) (c SpotCheck, scored bool, err error) {
	row, err := tx.checkRow(ref)
	if err != nil {
		return c, false, err
	}
	if row.State == string(CheckDrawn) {
		change := map[string]any{
			"checker_id": by.ID, "politeness": s.Politeness, "promptness": s.Promptness, "truth": s.Truth, "secrecy": s.Secrecy,
			"scored_at": millis(tx.now), "state": string(CheckClosed), "closed_at": millis(tx.now),
		}
		if finding != "" {
			change["state"], change["closed_at"] = string(CheckScored), int64(0)
			if change["finding"], err = tx.s.box.Seal(findingPlace(row.WordsKey), []byte(finding)); err != nil {
				return c, false, err
			}
		}
		if err := tx.update("score a spot check", &checkRow{}, row.ID, change); err != nil {
			return c, false, err
		}
		scored = true
	}
	c, err = tx.SpotCheck(ref)
	return c, scored, err
}

// AnswerCheck notes what a colleague does about what was found. answered is false
// when there is nothing to answer.
func (tx *Tx) AnswerCheck(ref string, words string) (c SpotCheck, answered bool, err error) {
	row, err := tx.checkRow(ref)
	if err != nil {
		return c, false, err
	}
	if row.State == string(CheckScored) {
		sealed, err := tx.s.box.Seal(rectifiedPlace(row.WordsKey), []byte(words))
		if err != nil {
			return c, false, err
		}
		change := map[string]any{"rectified": sealed, "answered_at": millis(tx.now), "state": string(CheckAnswered)}
		if err := tx.update("answer a spot check", &checkRow{}, row.ID, change); err != nil {
			return c, false, err
		}
		answered = true
	}
	c, err = tx.SpotCheck(ref)
	return c, answered, err
}

// SettleCheck closes a spot check that has been answered, or gives it back to the
// colleague. settled is false when it stands elsewhere.
func (tx *Tx) SettleCheck(ref string, good bool) (c SpotCheck, settled bool, err error) {
	row, err := tx.checkRow(ref)
	if err != nil {
		return c, false, err
	}
	if settled = row.State == string(CheckAnswered); settled {
		change := map[string]any{"state": string(CheckScored)}
		if good {
			change = map[string]any{"state": string(CheckClosed), "closed_at": millis(tx.now)}
		}
		if err := tx.update("settle a spot check", &checkRow{}, row.ID, change); err != nil {
			return c, false, err
		}
	}
	c, err = tx.SpotCheck(ref)
	return c, settled, err
}

// SpotChecks lists the open spot checks in a state, the oldest first, at most n.
func (tx *Tx) SpotChecks(state CheckState, n int) (all []SpotCheck, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []checkRow
	if err := db.Where("state = ?", string(state)).Order("id").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list spot checks", err)
	}
	for _, row := range rows {
		c, err := tx.check(row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (tx *Tx) check(row checkRow) (c SpotCheck, err error) {
	c = SpotCheck{
		ID: row.ID, Week: row.Week, Paper: row.Paper, ClientID: row.ClientID, State: CheckState(row.State),
		Scores:  Scores{row.Politeness, row.Promptness, row.Truth, row.Secrecy},
		DrawnAt: fromMillis(row.DrawnAt), ClosedAt: fromMillis(row.ClosedAt),
	}
	for _, w := range []struct {
		sealed []byte
		place  string
		to     *string
	}{{row.Finding, findingPlace(row.WordsKey), &c.Finding}, {row.Rectified, rectifiedPlace(row.WordsKey), &c.Rectified}} {
		if len(w.sealed) == 0 {
			continue
		}
		words, err := tx.s.box.Open(w.place, w.sealed)
		if err != nil {
			return c, err
		}
		*w.to = string(words)
	}
	if c.Staff, err = tx.staffWhere("id = ?", row.StaffID); err != nil || row.CheckerID == 0 {
		return c, err
	}
	c.Checker, err = tx.staffWhere("id = ?", row.CheckerID)
	return c, err
}
