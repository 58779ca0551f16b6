package flows

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"redthread/bot/deadline"
	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// One colleague asks another for something: what, what shows that it is done, by
// when, about which client or paper. The other accepts, or refuses with a reason;
// says when it is done, and the one who asked says whether it is. A task that is
// late climbs as any alert does. It is played in testdata/task.*.chat.

// taskFlow is opened by a word, and by cards.
const taskFlow = "task"

func asking(s Settings) dialog.Flow[errand] {
	return dialog.Flow[errand]{
		Name:   taskFlow,
		Title:  titleTask,
		Opens:  openTask,
		Staff:  who(AskTask),
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Ready:  fillErrand,
		Begin:  beginErrand,
		Steps: []dialog.Step[errand]{
			{Name: "whom", Ask: askWhom, Want: dialog.Button, Hear: takeWhom},
			{Name: "what", Ask: askWhat, Want: dialog.Text(2, 500), Hear: takeWhat},
			{Name: "aim", Ask: askAim, Want: dialog.Text(2, 300), Optional: true, Hear: takeAim},
			{Name: "due", Ask: askDue, Want: dialog.Text(1, 60), Hear: takeDue(s)},
			{Name: "check", Ask: askTaskCheck, Want: dialog.Button, Hear: sendErrand(s), To: []dialog.StepName{"whom", "what", "aim", "due"}},
		},
	}
}

// errand is a task that is being put into words.
type errand struct {
	Doer       int64
	Name       string // the doer's
	What, Aim  string
	Due        time.Time
	About      string          // a paper's or a client's number
	FromCard   bool            // whose card was pressed
	Colleagues []colleagueView `json:"-"`
	ids        []store.Staff
}

var (
	titleTask = templates.New[none]("title.task")
	openTask  = templates.NewWords("open.task")

	askWhom      = templates.New[errand]("task.whom")
	askWhat      = templates.New[errand]("task.what")
	askAim       = templates.New[errand]("task.aim")
	askDue       = templates.New[errand]("task.due")
	askTaskCheck = templates.New[errand]("task.check")

	sayNoDeadline = templates.New[none]("task.no_deadline")
	sayNotAsked   = templates.New[none]("task.not_asked")
	sayTaskAsked  = templates.New[taskView]("task.asked")
)

func fillErrand(t *dialog.Turn, e *errand, _ dialog.StepName) (err error) {
	me, ok := t.Staff()
	if ok {
		e.ids, e.Colleagues, err = colleagues(t, me.ID)
	}
	return err
}

// beginErrand takes what the task is about from the card whose button was pressed.
func beginErrand(t *dialog.Turn, e *errand) (dialog.Move, error) {
	e.About, e.FromCard = t.Paper(), t.Paper() != ""
	return dialog.Next, nil
}

func takeWhom(t *dialog.Turn, e *errand) (dialog.Move, error) {
	_, i, ok := templates.Index(t.Choice())
	if !ok || i >= len(e.ids) {
		return dialog.Again, nil
	}
	e.Doer, e.Name = e.ids[i].ID, e.ids[i].Name
	return dialog.Next, nil
}

// takeWhat takes what is asked. A number among the words says what it is about,
// unless a card has said so.
func takeWhat(t *dialog.Turn, e *errand) (dialog.Move, error) {
	e.What = t.Text()
	ref := namedPaper.FindString(e.What)
	if e.FromCard || ref == "" {
		return dialog.Next, nil
	}
	switch _, err := clientOf(t, ref); {
	case err == nil:
		e.About = ref
	case !errors.Is(err, store.ErrNotFound):
		return dialog.Again, err
	}
	return dialog.Next, nil
}

// namedPaper is the number of a client or of a paper among words.
var namedPaper = regexp.MustCompile(`\b[KCQH]-\d{6,}\b`)

func takeAim(t *dialog.Turn, e *errand) (dialog.Move, error) {
	e.Aim = t.Text()
	return dialog.Next, nil
}

func takeDue(s Settings) func(*dialog.Turn, *errand) (dialog.Move, error) {
	return func(t *dialog.Turn, e *errand) (dialog.Move, error) {
		at, ok := deadline.Read(t.Text(), t.Now(), s.Calendar)
		if !ok {
			return t.Wrong(sayNoDeadline.With(none{})), nil
		}
		e.Due = at
		return dialog.Next, nil
	}
}

// clientOf is the client whom a paper belongs to. ErrNotFound: there is no such
// paper.
func clientOf(t *dialog.Turn, ref string) (store.Client, error) {
	switch letter, _, _ := strings.Cut(ref, "-"); letter {
	case "C":
		c, err := t.Records.Complaint(ref)
		return c.Client, err
	case "Q":
		q, err := t.Records.Question(ref)
		return q.Client, err
	case "H":
		h, err := t.Records.Handoff(ref)
		return h.Client, err
	}
	return t.Records.ClientByCode(ref)
}

// sendErrand asks the colleague, or goes back to one answer.
func sendErrand(s Settings) func(*dialog.Turn, *errand) (dialog.Move, error) {
	return func(t *dialog.Turn, e *errand) (dialog.Move, error) {
		switch t.Choice() {
		case "drop":
			t.Say(sayNotAsked.With(none{}))
			return dialog.End, nil
		case "send":
			return dialog.End, s.askTask(t, e)
		}
		return dialog.Visit(dialog.StepName(t.Choice())), nil
	}
}

func (s Settings) askTask(t *dialog.Turn, e *errand) error {
	me, ok := t.Staff()
	if !ok {
		return nil
	}
	doer, err := t.Records.StaffByID(e.Doer)
	if errors.Is(err, store.ErrNotFound) { // who has left meanwhile
		t.Say(sayNotAsked.With(none{}))
		return nil
	}
	if err != nil {
		return err
	}
	task := store.Task{Asker: me, Doer: doer, About: e.About, Words: store.TaskWords{What: e.What, Aim: e.Aim}, DueAt: e.Due}
	if e.About != "" {
		if task.Client, err = clientOf(t, e.About); err != nil {
			return err
		}
	}
	if task, err = t.Records.AskTask(task); err != nil {
		return err
	}
	if err := s.clockTask(t, task); err != nil {
		return err
	}
	t.Say(sayTaskAsked.With(viewOfTask(task)))
	return s.wake(t, alarmTask, task.Number(), concern{client: task.Client, first: doer.ID})
}

// clockTask counts the working time until the task is due.
func (s Settings) clockTask(t *dialog.Turn, task store.Task) error {
	target := s.Calendar.Between(t.Now(), task.DueAt)
	if target <= 0 {
		target = time.Minute // due before anybody works: it is due when they do
	}
	return s.setClock(t, store.PaperClock{
		Clock: sla.Start(target, t.Now()), Paper: task.Number(), Kind: sla.Resolution, Conversation: clockedAt(t, task), ClientID: task.Client.Chat, StaffID: task.Doer.ID, StartedAt: t.Now(),
	})
}
