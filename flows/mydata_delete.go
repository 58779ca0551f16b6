package flows

import (
	"errors"
	"slices"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A client has everything deleted. They are told before what goes, what has to
// stay and for how long, and what will not be finished; and confirm it with words,
// because a tap can slip. The rest is done right after the turn, in every chat of
// theirs (store/erasing.go): each gets one last message, with the number of the
// record. While a legal hold is on the client nothing goes: a colleague must say
// why, by a promised time, and as soon as the hold ends it is done.

// forgetMe opens 我的资料 where everything is deleted.
var forgetMe = dialog.Flow[none]{
	Name:   "forget_me",
	Title:  titleForgetMe,
	Opens:  openForgetMe,
	Always: true,
	Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		t.OpenAbout(mydataFlow, deleteStep)
		return dialog.End, nil
	},
}

const deleteStep = "delete"

var (
	titleForgetMe = templates.New[none]("title.forget_me")
	openForgetMe  = templates.NewWords("open.forget_me")
	askDelete     = templates.New[myData]("mydata.delete")
	confirmDelete = templates.NewWords("words.delete_all")

	sayNotDeleted = templates.New[none]("mydata.not_deleted")
	sayNotTheWord = templates.New[none]("mydata.not_the_word")
	sayDeleting   = templates.New[deletion]("mydata.deleting")
	sayHeld       = templates.New[deletion]("mydata.held")
	sayUndone     = templates.New[deletion]("mydata.undone")
	sayDeleted    = templates.New[deleted]("mydata.deleted")

	requestDeletion = templates.New[deletion]("mydata.delete_request") // as colleagues read it, and the client under their questions
	sayGoneByWish   = templates.New[goneView]("staff.erased_by_wish")

	// mydata.kinds and mydata.remains name what goes and what stays, by their
	// buttons.
	_ = templates.New[none]("mydata.kinds")
	_ = templates.New[none]("mydata.remains")
)

// deletion is what texts may tell of a wish to be deleted.
type deletion struct {
	Number   string // E-000001
	Question string // by which a colleague answers; empty: none
	Agency   dialog.Agency
	Promised time.Time
	Opens    time.Time // when colleagues are back; zero: they are here
}

// deleted is what the last words tell: the receipt.
type deleted struct {
	Number  string
	At      time.Time
	Here    bool // it was asked for in this chat
	Kinds   []store.ErasedKind
	Remains []store.Remain
}

// goneView is what colleagues are told.
type goneView struct {
	Client, Number string
	Dropped        bool // something half done was dropped
	Talk           bool // their talk has ended
}

// prepareDeletion reads what would go, what would stay, and what would not be
// finished.
func (d *myData) prepareDeletion(t *dialog.Turn, s Settings) error {
	all, err := t.Records.Holdings()
	if err != nil {
		return err
	}
	d.Kinds, d.Remains = all.Kinds(), all.Remains(s.Keep)
	for _, k := range d.Kinds {
		if k.Kind == store.KindChats {
			d.Chats = int(k.N)
		}
	}
	d.Kinds = kindsBut(d.Kinds, store.KindChats, store.KindMessages)
	cases, err := t.Records.Complaints(mostCasesSeen)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.ClosedAt.IsZero() {
			d.Unfinished = append(d.Unfinished, c.Number())
		}
	}
	questions, err := t.Records.OpenQuestions(mostCasesSeen)
	for _, q := range questions {
		d.Unfinished = append(d.Unfinished, q.Number())
	}
	return err
}

// kindsBut leaves some kinds out.
func kindsBut(all []store.ErasedKind, but ...string) (some []store.ErasedKind) {
	for _, k := range all {
		if !slices.Contains(but, k.Kind) {
			some = append(some, k)
		}
	}
	return some
}

// hearDelete takes the word, or the way back.
func hearDelete(s Settings) func(*dialog.Turn, *myData) (dialog.Move, error) {
	return func(t *dialog.Turn, d *myData) (dialog.Move, error) {
		switch {
		case t.Choice() == "keep":
			t.Say(sayNotDeleted.With(none{}))
			return dialog.End, nil
		case !t.Wrote(confirmDelete):
			return t.Wrong(sayNotTheWord.With(none{})), nil
		}
		return dialog.End, orderDeletion(t, s)
	}
}

// orderDeletion has everything deleted as soon as this turn is over; under a legal
// hold it asks a colleague for an answer.
func orderDeletion(t *dialog.Turn, s Settings) error {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	o, first, err := t.Records.OrderErasure()
	if err != nil {
		return err
	}
	v := deletion{Number: o.Number(), Question: o.Question, Agency: s.Agency(t.Lang())}
	if me.HeldAt.IsZero() {
		t.Abandon()
		t.Say(sayDeleting.With(v))
		return s.leaveDates(t, me)
	}
	if first {
		q, err := s.passOn(t, t.Words(t.Lang(), requestDeletion.With(v)))
		if err != nil {
			return err
		}
		if err := t.Records.AwaitAnswer(o, q.Number); err != nil {
			return err
		}
		v.Question = q.Number
	}
	return sayWhyHeld(t, s, v)
}

// sayWhyHeld says why nothing can be deleted now, and when a colleague answers.
func sayWhyHeld(t *dialog.Turn, s Settings, v deletion) error {
	if v.Question != "" {
		q, err := t.Records.Question(v.Question)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if q.Open() {
			v.Promised, v.Opens = q.PromisedAt, s.backAt(t.Now())
		}
	}
	t.Say(sayHeld.With(v))
	return nil
}

// undoDeletion takes a wish back that could not be carried out so far.
func undoDeletion(s Settings) func(*dialog.Turn, *myData) (dialog.Move, error) {
	return func(t *dialog.Turn, _ *myData) (dialog.Move, error) {
		o, err := t.Records.MyErasure()
		if errors.Is(err, store.ErrNotFound) {
			return dialog.Again, nil
		}
		if err != nil {
			return dialog.End, err
		}
		if _, err := t.Records.DropErasure(o); err != nil {
			return dialog.End, err
		}
		t.Say(sayUndone.With(deletion{Number: o.Number()}))
		if o.Question == "" {
			return dialog.End, nil
		}
		q, withdrawn, err := t.Records.WithdrawQuestion(o.Question)
		if err == nil && withdrawn {
			err = s.stopClocks(t, o.Question)
		}
		if withdrawn {
			t.Cancel(store.QuestionDue, o.Question)
			t.Alert(sayAnsweredBy.With(viewOfQuestion(q)), questionDesk...)
		}
		return dialog.End, err
	}
}

// farewell composes the last words to somebody who has been deleted.
func farewell(s Settings) func(*templates.Set, store.Erased, store.LastChat) (bot.Message, error) {
	return func(set *templates.Set, e store.Erased, c store.LastChat) (bot.Message, error) {
		lang := c.Lang
		if lang == "" {
			lang = templates.Languages[0]
		}
		return set.Render(lang, sayDeleted.With(deleted{
			Number: e.Number, At: e.At, Here: c.Asked, Kinds: kindsBut(e.Gone.Kinds(), store.KindChats), Remains: e.Remains(s.Keep),
		}))
	}
}

// erasedByWish tells a colleague whom it concerns that a client is gone, and
// drops what they have half done about them.
func erasedByWish(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsErasedByWish, Play: func(t *dialog.Turn, ref string) error {
		client, record, _ := strings.Cut(ref, " ")
		return tellGone(t, s, goneView{Client: client, Number: record}, true)
	}}
}

// forgetClient does so for all others, who are told only when they lose something.
func forgetClient(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsForget, Play: func(t *dialog.Turn, ref string) error {
		return tellGone(t, s, goneView{Client: ref}, false)
	}}
}

func tellGone(t *dialog.Turn, s Settings, v goneView, always bool) (err error) {
	v.Dropped = t.Forget(v.Client)
	if v.Talk, err = talkGone(t); err != nil {
		return err
	}
	if always || v.Dropped || v.Talk {
		t.Say(sayGoneByWish.With(v))
	}
	if me, ok := t.Staff(); ok && v.Talk {
		return s.freeAgain(t, me.ID)
	}
	return nil
}

// talkGone gives a colleague back to the flows who talked with nobody but somebody
// who is no longer there.
func talkGone(t *dialog.Turn) (bool, error) {
	me, ok := t.Staff()
	if !ok || !t.Attended() {
		return false, nil
	}
	talks, err := deskTalks(t, me)
	if err != nil || len(talks) > 0 {
		return false, err
	}
	t.TakeBack()
	return true, nil
}
