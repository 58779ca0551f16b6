package flows

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/knowledge"
	"redthread/store"
	"redthread/templates"
)

// A colleague answers a question: by the card's button, and then by writing, or
// by quoting the card, where the channel has quotes. The first to take it answers
// it; supervisors may take it over. The client hears the answer where the question
// was asked, and a supervisor can put it among the approved answers.

// answerFlow is opened by a card and by a quote.
const answerFlow = "answer"

// answering takes the words of the answer. It is about the paper of the card that
// was pressed, or about the question that was quoted: then the words are there.
func answering(s Settings) dialog.Flow[reply] {
	return dialog.Flow[reply]{
		Name:   answerFlow,
		Title:  titleAnswer,
		Staff:  who(AnswerQuestion),
		Always: true,
		Fresh:  true,
		Begin:  beginAnswer(s),
		Steps: []dialog.Step[reply]{
			{Name: "words", Ask: askAnswer, Want: dialog.Button.Or(dialog.Text(1, longestAnswer)), Hear: takeAnswer(s)},
			{Name: "stopped", Ask: askStopped, Want: dialog.Button.Or(dialog.Text(1, longestAnswer)), Hear: takeStopped(s)},
		},
	}
}

// longestAnswer leaves room for the question and the number in one message.
const longestAnswer = 1500

// reply is an answer that is being written.
type reply struct {
	Ref, Client, Words string
	Held               heldView // the words that the guard has stopped
}

var (
	titleAnswer = templates.New[none]("title.answer")

	askAnswer  = templates.New[reply]("answer.words")
	askStopped = templates.New[reply]("answer.stopped")

	sayQuestionTaken = templates.New[questionView]("staff.question_taken")
	sayAnsweredBy    = templates.New[questionView]("staff.question_answered")
	sayAnswerSent    = templates.New[questionView]("staff.answer_sent")
	sayLeft          = templates.New[questionView]("staff.question_left")
	sayNotAnAnswer   = templates.New[none]("answer.note")
	sayUnfit         = templates.New[int]("answer.unfit") // the most letters of an answer

	sayPromoted       = templates.New[questionView]("staff.promoted")
	sayNotPromoted    = templates.New[questionView]("staff.not_promoted")
	sayPromotedBefore = templates.New[questionView]("staff.promoted_before")
)

// answeredCard shows supervisors what a client was told, to be put among the
// approved answers.
var answeredCard = dialog.Card[questionView]{
	Text: templates.New[questionView]("staff.answered"), Hear: promote, Staff: who(PromoteAnswer),
}

// takeQuestion answers the alert: whoever presses first writes the answer.
func takeQuestion(s Settings) func(t *dialog.Turn, ref, _ string) error {
	return func(t *dialog.Turn, ref, _ string) error { return s.takeQuestion(t, ref) }
}

func (s Settings) takeQuestion(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	asked, err := t.Records.Question(ref)
	if err != nil {
		return gone(t, err)
	}
	if ok, err := mayTake(t, asked.Client, ref); !ok {
		return err
	}
	q, taken, err := t.Records.TakeQuestion(ref, me, isBoss(me))
	if err != nil {
		return gone(t, err)
	}
	if !taken {
		return notToAnswer(t, q)
	}
	if err := t.Records.Charge(ref, me.ID); err != nil {
		return err
	}
	t.Open(answerFlow)
	return tellOthers(t, me, sayQuestionTaken.With(viewOfQuestion(q)), questionDesk)
}

// notToAnswer says by whom a question has been answered or taken.
func notToAnswer(t *dialog.Turn, q store.Question) error {
	if q.Open() {
		t.Say(sayQuestionTaken.With(viewOfQuestion(q)))
	} else {
		t.Say(sayAnsweredBy.With(viewOfQuestion(q)))
	}
	return nil
}

func beginAnswer(s Settings) func(*dialog.Turn, *reply) (dialog.Move, error) {
	return func(t *dialog.Turn, r *reply) (dialog.Move, error) {
		if ref := quotedQuestion(t); ref != "" {
			return dialog.End, answerQuoted(t, s, ref)
		}
		q, err := t.Records.Question(t.Paper())
		if err != nil {
			return dialog.End, err
		}
		r.Ref, r.Client, r.Words = q.Number(), q.Client.Code(), q.Words
		me, _ := t.Staff()
		return dialog.Next, t.Records.NoteReveal(me, q.Client.ID, store.RevealQuestion+":"+r.Ref)
	}
}

func takeAnswer(s Settings) func(*dialog.Turn, *reply) (dialog.Move, error) {
	return func(t *dialog.Turn, r *reply) (dialog.Move, error) {
		me, ok := t.Staff()
		switch {
		case !ok: // dismissed while writing
			return dialog.End, nil
		case t.Choice() == "":
			return r.send(t, s, me, dialog.Next)
		}
		return dialog.End, s.leaveQuestion(t, me, r.Ref)
	}
}

// takeStopped hears what becomes of an answer that was stopped: other words, or
// what the buttons say.
func takeStopped(s Settings) func(*dialog.Turn, *reply) (dialog.Move, error) {
	return func(t *dialog.Turn, r *reply) (dialog.Move, error) {
		me, ok := t.Staff()
		switch {
		case !ok:
			return dialog.End, nil
		case t.Choice() == "":
			return r.send(t, s, me, dialog.Again)
		}
		if err := pressStopped(s)(t, r.Held.Number, t.Choice()); err != nil || t.Choice() != "drop" {
			return dialog.End, err
		}
		return dialog.End, s.leaveQuestion(t, me, r.Ref)
	}
}

// send sends the words of the turn; when they are stopped it makes the move given.
func (r *reply) send(t *dialog.Turn, s Settings, me store.Staff, stopped dialog.Move) (dialog.Move, error) {
	became, why, err := sendAnswer(t, s, me, r.Ref, t.Text())
	switch became {
	case wordsNote:
		t.Note(sayNotAnAnswer.With(none{}))
		return dialog.Again, err
	case wordsSent, wordsLate:
		return dialog.End, err
	}
	if err != nil {
		return dialog.End, err
	}
	r.Held = why
	return stopped, err
}

func (s Settings) leaveQuestion(t *dialog.Turn, me store.Staff, ref string) error {
	q, left, err := t.Records.LeaveQuestion(ref, me)
	if err != nil {
		return err
	}
	if !left {
		return notToAnswer(t, q)
	}
	t.Say(sayLeft.With(viewOfQuestion(q)))
	return s.offerQuestion(t, q)
}

// sendAnswer gives the client the one answer, unless the guard stops it.
func sendAnswer(t *dialog.Turn, s Settings, me store.Staff, ref, words string) (became uttered, stopped heldView, err error) {
	q, err := t.Records.Question(ref)
	if err != nil {
		return "", stopped, err
	}
	if !q.Open() || q.Owner.ID != 0 && q.Owner.ID != me.ID && !isBoss(me) {
		return wordsLate, stopped, notToAnswer(t, q)
	}
	became, stopped, err = s.utter(t, utterance{By: me, Client: q.Client, Outlet: outletAnswer, Ref: ref, Words: store.Words{Lines: []string{words}}})
	if err == nil && became == wordsSent && !isBoss(me) {
		t.Say(sayAnswerSent.With(viewOfQuestion(q)))
	}
	return became, stopped, err
}

// giveAnswer keeps the one answer to a question, tells the client, and shows it to
// supervisors.
func giveAnswer(t *dialog.Turn, s Settings, u utterance) (sent bool, err error) {
	q, answered, err := t.Records.AnswerQuestion(u.Ref, u.By, strings.Join(u.Words.Lines, "\n"), isBoss(u.By))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil || !answered {
		return false, err
	}
	v := viewOfQuestion(q)
	if err := s.stopClocks(t, u.Ref); err != nil {
		return false, err
	}
	t.Records.CancelFor(q.Client.Conversation, store.QuestionDue, u.Ref)
	t.Carry(dialog.Parcel{To: q.Client.Conversation, Lang: q.Client.Lang, Line: sayAnswered.With(v), For: wroteAt(t, u.By)})
	t.Alert(answeredCard.For(u.Ref, v), bosses...)
	return true, nil
}

// questionNumber finds the number of a question in one of our messages.
var questionNumber = regexp.MustCompile(`\bQ-\d{6,}\b`)

// quotedQuestion is the question that a colleague's words quote; empty when they
// quote none, or ask for something else.
func quotedQuestion(t *dialog.Turn) string {
	ref := questionNumber.FindString(t.Event.Quoted)
	if ref == "" || !iMay(t, AnswerQuestion) || t.Asked() != "" {
		return ""
	}
	q, err := t.Records.Question(ref)
	if err != nil || quotesTalk(t, q.Client.Code()) {
		return ""
	}
	return ref
}

// quotesTalk says that the quoted message is about somebody else than the client,
// or is what a client said in a talk: whoever writes a question's number does not
// make it the question's card.
func quotesTalk(t *dialog.Turn, client string) bool {
	for _, code := range clientNumber.FindAllString(t.Event.Quoted, -1) {
		if code != client {
			return true
		}
	}
	return clientNumber.FindString(strings.Split(t.Event.Quoted, "\n")[0]) != "" && questionNumber.FindString(strings.Split(t.Event.Quoted, "\n")[0]) == ""
}

// hearQuote takes what a colleague writes under a question's card for its answer,
// whatever else they are busy with.
func hearQuote(t *dialog.Turn) (bool, error) {
	if quotedQuestion(t) == "" {
		return false, nil
	}
	t.Open(answerFlow)
	return true, nil
}

// answerQuoted answers with the words of the turn.
func answerQuoted(t *dialog.Turn, s Settings, ref string) error {
	me, _ := t.Staff()
	n := utf8.RuneCountInString(t.Text())
	if t.Event.Kind != bot.Wrote || n == 0 || n > longestAnswer {
		t.Say(sayUnfit.With(longestAnswer))
		return nil
	}
	became, stopped, err := sendAnswer(t, s, me, ref, t.Text())
	switch {
	case err != nil:
		return err
	case became == wordsStopped:
		t.Say(stoppedCard(s).For(stopped.Number, stopped))
	case became == wordsNote:
		t.Say(sayNotAnAnswer.With(none{}))
	}
	return nil
}

// promote puts an answer among the approved ones, unless it tells who somebody is:
// everybody would read it.
func promote(t *dialog.Turn, ref, _ string) error {
	me, _ := t.Staff()
	q, err := t.Records.Question(ref)
	if err = only(!q.Open(), err); err != nil {
		return gone(t, err)
	}
	if knowledge.Private(q.Words) || knowledge.Private(q.Answer) {
		t.Say(sayNotPromoted.With(viewOfQuestion(q)))
		return nil
	}
	first, err := t.Records.Promote(store.Promotion{Ref: ref, Lang: q.Lang, Asked: q.Words, Answer: q.Answer, StaffID: me.ID})
	if err != nil {
		return err
	}
	if first {
		t.Say(sayPromoted.With(viewOfQuestion(q)))
	} else {
		t.Say(sayPromotedBefore.With(viewOfQuestion(q)))
	}
	return nil
}
