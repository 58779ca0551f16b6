package flows

import (
	"errors"
	"time"
	"unicode/utf8"

	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// A question that no approved text answers is open: the client gets a number and
// a time, colleagues get a card. Before the time is over the client has heard the
// answer, or a new time. answer.go is what colleagues do. It is played in
// testdata/question.*.chat.

// questionDesk may answer.
var questionDesk = who(AnswerQuestion)

const (
	longestQuestion = 1000 // runes; more could not be read on a card
	mostQuestions   = 5    // of one client that wait for an answer
)

// questionView is what texts may tell of a question. Only the card and whoever
// answers are shown its words whole.
type questionView struct {
	Number, Client, Source string
	Words                  string // what was asked
	Short                  string // how it begins
	Answer, Owner          string
	Asked, Promised        time.Time
	Opens                  time.Time // when colleagues are back; zero: they are here
	Delays                 int       // how often a new time was promised
	Withdrawn              bool      // the client wants no answer any more
	Late                   bool      // nobody has answered the alert
}

func viewOfQuestion(q store.Question) questionView {
	return questionView{
		Number: q.Number(), Client: q.Client.Code(), Source: q.Client.SourceName, Words: q.Words, Short: shorten(q.Words), Answer: q.Answer, Owner: q.Owner.Name,
		Asked: q.AskedAt, Promised: q.PromisedAt, Delays: q.Delays, Withdrawn: q.Withdrawn(),
	}
}

// shorten is how a text begins, enough to be recognised.
func shorten(text string) string { return firstRunes(text, 40) }

// firstRunes keeps the first n runes of a text.
func firstRunes(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

var (
	sayAsked       = templates.New[questionView]("question.asked")
	sayAskedBefore = templates.New[questionView]("question.asked_before")
	sayAskedEnough = templates.New[int]("question.enough") // how many may wait
	sayAnswered    = templates.New[questionView]("question.answered")
	sayDelayed     = templates.New[questionView]("question.delayed")
)

// questionAlert wakes who may answer.
func questionAlert(s Settings) dialog.Card[questionView] {
	return dialog.Card[questionView]{Text: questionText, Hear: takeQuestion(s), Staff: questionDesk, Needed: questionStands}
}

// questionStands says that the question waits for an answer, and that it is nobody
// else's to give it.
func questionStands(t *dialog.Turn, ref string) (bool, error) {
	me, _ := t.Staff()
	q, err := t.Records.Question(ref)
	return err == nil && q.Open() && (q.Owner.ID == 0 || q.Owner.ID == me.ID), ignoreNotFound(err)
}

var questionText = templates.New[questionView]("staff.question")

// openQuestion keeps a question for a colleague to answer, tells the client its
// number and time, and wakes the colleagues. A question that waits already keeps
// its number.
func (s Settings) openQuestion(t *dialog.Turn, words string) error {
	words = firstRunes(words, longestQuestion)
	waiting, err := t.Records.OpenQuestions(mostQuestions)
	if err != nil {
		return err
	}
	for _, q := range waiting {
		if templates.Fold(q.Words) == templates.Fold(words) {
			t.Say(sayAskedBefore.With(viewOfQuestion(q)))
			return nil
		}
	}
	if len(waiting) == mostQuestions {
		t.Say(sayAskedEnough.With(mostQuestions))
		return nil
	}
	v, err := s.passOn(t, words)
	if err == nil {
		t.Say(sayAsked.With(v))
	}
	return err
}

// passOn keeps words for a colleague to answer within the promised time, and wakes
// the colleagues. The client is still to be told.
func (s Settings) passOn(t *dialog.Turn, words string) (questionView, error) {
	q, err := t.Records.AskQuestion(t.Lang(), firstRunes(words, longestQuestion), s.Calendar.Add(t.Now(), s.AnswerWithin))
	if err != nil {
		return questionView{}, err
	}
	if err := s.startClock(t, sla.Resolution, q.Number(), q.Client, 0, s.AnswerWithin); err != nil {
		return questionView{}, err
	}
	t.Later(store.QuestionDue, q.Number(), s.warnAt(t.Now(), s.AnswerWithin))
	if err := s.wake(t, alarmQuestion, q.Number(), concern{client: q.Client}); err != nil {
		return questionView{}, err
	}
	v := viewOfQuestion(q)
	v.Opens = s.backAt(t.Now())
	return v, nil
}

// backAt is when colleagues are back at work; zero while they are.
func (s Settings) backAt(now time.Time) time.Time {
	if s.Calendar.Open(now) {
		return time.Time{}
	}
	return s.Calendar.NextOpen(now)
}

// warnAt is when the client must hear something of a promise that was made, for
// so much working time, at the time given: a little before it is over.
func (s Settings) warnAt(from time.Time, within time.Duration) time.Time {
	return sla.Start(within-min(within/4, 30*time.Minute), from).Due(s.Calendar)
}

// questionDue promises a new time when no answer has come: a working day more
// than the last one, so that nobody is put off by the hour. Supervisors hear it.
func questionDue(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.QuestionDue, Play: func(t *dialog.Turn, ref string) error {
		q, err := t.Records.Question(ref)
		if err != nil || !q.Open() {
			return err
		}
		from := q.PromisedAt
		if from.Before(t.Now()) {
			from = t.Now()
		}
		q, _, err = t.Records.DelayQuestion(ref, s.Calendar.Add(from, s.Calendar.Workday()))
		if err != nil {
			return err
		}
		t.Say(sayDelayed.With(viewOfQuestion(q)))
		t.Later(store.QuestionDue, ref, s.warnAt(from, s.Calendar.Workday()))
		if _, err := t.Records.CloseAlerts(ref); err != nil { // this one takes their place
			return err
		}
		return s.wake(t, alarmQuestionDue, ref, concern{client: q.Client, first: q.Owner.ID, rung: store.RungSupervisor})
	}}
}

// questionUntaken offers a question whose colleague has left to everybody.
func questionUntaken(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.QuestionUntaken, Play: func(t *dialog.Turn, ref string) error {
		q, err := t.Records.Question(ref)
		if err != nil || !q.Open() || q.Owner.ID != 0 {
			return err
		}
		return s.offerQuestion(t, q)
	}}
}

// offerQuestion wakes the desk about a question that nobody has in hand any more.
func (s Settings) offerQuestion(t *dialog.Turn, q store.Question) error {
	if err := t.Records.Charge(q.Number(), 0); err != nil {
		return err
	}
	return s.wake(t, alarmQuestion, q.Number(), concern{client: q.Client})
}

// showUnanswered is the alert of a question that nobody has taken.
func showUnanswered(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, late bool) (templates.Line, bool, error) {
		l, q, err := questionLine(t, s, ref, late)
		return l, q.Open() && q.Owner.ID == 0 && q.ID != 0, err
	}
}

// showOverdue is the alert of a question that has not been answered in time,
// whoever has it.
func showOverdue(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, late bool) (templates.Line, bool, error) {
		l, q, err := questionLine(t, s, ref, late)
		return l, q.Open() && q.ID != 0, err
	}
}

func questionLine(t *dialog.Turn, s Settings, ref string, late bool) (templates.Line, store.Question, error) {
	q, err := t.Records.Question(ref)
	if errors.Is(err, store.ErrNotFound) {
		return templates.Line{}, store.Question{}, nil
	}
	v := viewOfQuestion(q)
	v.Late = late
	return questionAlert(s).For(ref, v), q, err
}
