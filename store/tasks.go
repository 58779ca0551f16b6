package store

import (
	"errors"
	"time"
)

// TaskState is where a task stands.
type TaskState string

// The states of a task.
const (
	TaskAsked    TaskState = "asked"
	TaskAccepted TaskState = "accepted"
	TaskRefused  TaskState = "refused"  // with a reason; it is closed
	TaskReported TaskState = "reported" // done, says who did it
	TaskDone     TaskState = "done"     // so says who asked; it is closed
	TaskDropped  TaskState = "dropped"  // who asked needs it no more; it is closed
)

// TaskWords say what a colleague is asked for. They are sealed.
type TaskWords struct {
	What string
	Aim  string // what shows that it is done
}

// Task is something one colleague asks of another.
type Task struct {
	ID         int64
	Asker      Staff
	Doer       Staff
	Client     Client // whom it is about; the zero Client: nobody
	About      string // the paper it is about; may be empty
	State      TaskState
	Words      TaskWords
	Report     string // what was said last: the reason, or what was done
	AskedAt    time.Time
	DueAt      time.Time
	AnsweredAt time.Time // accepted or refused; zero: not yet
	DoneAt     time.Time // reported
	ClosedAt   time.Time // zero: open
}

// Number is what colleagues call it: "T-000001".
func (t Task) Number() string { return number("T", t.ID) }

// Open says that something is still to come of it.
func (t Task) Open() bool { return t.ClosedAt.IsZero() }

type taskRow struct {
	ID         int64
	AskerID    int64
	DoerID     int64
	ClientID   int64
	About      string
	State      string
	Words      []byte
	WordsKey   string // names the row before it has a number
	Report     []byte
	EventKey   string
	AskedAt    int64
	DueAt      int64
	AnsweredAt int64
	DoneAt     int64
	ClosedAt   int64
}

func (taskRow) TableName() string { return "tasks" }

func taskWordsPlace(key string) string  { return "tasks.words|" + key }
func taskReportPlace(key string) string { return "tasks.report|" + key }

// AskTask keeps what one colleague asks of another.
func (tx *Tx) AskTask(t Task) (Task, error) {
	row := taskRow{
		AskerID: t.Asker.ID, DoerID: t.Doer.ID, ClientID: t.Client.Chat, About: t.About, State: string(TaskAsked), WordsKey: newID(), Report: []byte{},
		EventKey: string(tx.ev.Key), AskedAt: millis(tx.now), DueAt: millis(t.DueAt),
	}
	var err error
	if row.Words, err = tx.s.box.SealJSON(taskWordsPlace(row.WordsKey), t.Words); err != nil {
		return t, err
	}
	db, err := tx.records()
	if err != nil {
		return t, err
	}
	if err := db.Create(&row).Error; err != nil {
		return t, wrap("ask a task", err)
	}
	return tx.task(row)
}

// Task reads a task. ErrNotFound: there is none of that number.
func (tx *Tx) Task(ref string) (Task, error) {
	n, err := id("T", ref)
	if err != nil {
		return Task{}, err
	}
	var row taskRow
	if err := tx.hold("read task", &row, "id = ?", n); err != nil {
		return Task{}, err
	}
	return tx.task(row)
}

// MoveTask changes a task that stands in one of the states given, with what is said
// about it. moved is false when it stands elsewhere.
func (tx *Tx) MoveTask(ref string, to TaskState, report string, from ...TaskState) (t Task, moved bool, err error) {
	t, err = tx.Task(ref)
	if err != nil {
		return t, false, err
	}
	for _, f := range from {
		moved = moved || t.State == f
	}
	if !moved {
		return t, false, nil
	}
	var row taskRow
	if err := tx.hold("read task", &row, "id = ?", t.ID); err != nil {
		return t, false, err
	}
	change := map[string]any{"state": string(to)}
	if report != "" {
		if change["report"], err = tx.s.box.Seal(taskReportPlace(row.WordsKey), []byte(report)); err != nil {
			return t, false, err
		}
	}
	switch to {
	case TaskAccepted, TaskRefused:
		if t.AnsweredAt.IsZero() {
			change["answered_at"] = millis(tx.now)
		}
	case TaskReported:
		change["done_at"] = millis(tx.now)
	}
	if to == TaskRefused || to == TaskDone || to == TaskDropped {
		change["closed_at"] = millis(tx.now)
	}
	if err := tx.update("change task", &taskRow{}, t.ID, change); err != nil {
		return t, false, err
	}
	t, err = tx.Task(ref)
	return t, true, err
}

// TasksOf lists a colleague's open tasks, the first due first: those they are asked
// for, or those they have asked. At most n.
func (tx *Tx) TasksOf(staff int64, asked bool, n int) ([]Task, error) {
	column := "doer_id"
	if asked {
		column = "asker_id"
	}
	return tx.tasks(n, column+" = ? AND closed_at = 0", staff)
}

func (tx *Tx) tasks(n int, where string, args ...any) (all []Task, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []taskRow
	if err := db.Where(where, args...).Order("due_at, id").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list tasks", err)
	}
	for _, row := range rows {
		t, err := tx.task(row)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (tx *Tx) task(row taskRow) (t Task, err error) {
	t = Task{
		ID: row.ID, About: row.About, State: TaskState(row.State), AskedAt: fromMillis(row.AskedAt), DueAt: fromMillis(row.DueAt),
		AnsweredAt: fromMillis(row.AnsweredAt), DoneAt: fromMillis(row.DoneAt), ClosedAt: fromMillis(row.ClosedAt),
	}
	if err := tx.s.box.OpenJSON(taskWordsPlace(row.WordsKey), row.Words, &t.Words); err != nil {
		return t, err
	}
	if len(row.Report) > 0 {
		report, err := tx.s.box.Open(taskReportPlace(row.WordsKey), row.Report)
		if err != nil {
			return t, err
		}
		t.Report = string(report)
	}
	if t.Asker, err = tx.staffWhere("id = ?", row.AskerID); err != nil {
		return t, err
	}
	if t.Doer, err = tx.staffWhere("id = ?", row.DoerID); err != nil {
		return t, err
	}
	if row.ClientID == 0 {
		return t, nil
	}
	t.Client, err = tx.clientByID(row.ClientID)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return t, err
}
