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

// A colleague takes back what they have written to a client: by quoting the line and
// writing “撤回”, by the word alone for the newest line, or by the button under the
// news that it waits. What has not gone out is called off. What has arrived goes from
// the client's screen on Telegram, for 48 hours; WeChat lets nobody take anything back,
// there it can be corrected. It is played in testdata/takeback.*.chat.

// takeable is how long a message of ours can be deleted (Bot API, deleteMessage).
const takeable = 48 * time.Hour

var (
	openTakeBack = templates.NewWords("open.taking_back")

	titleLineAnew = templates.New[none]("title.correcting")
	askLineAnew   = templates.New[lineAnew]("delivery.correct_what")

	sayKeptIt        = templates.New[fateView]("delivery.kept_it")
	sayLineTaken     = templates.New[fateView]("delivery.taken_back")
	sayNothingToTake = templates.New[none]("delivery.nothing_to_take")
	sayCorrectByEdit = templates.New[string]("delivery.correct_by_edit")
)

var takingBack = dialog.Flow[none]{
	Name:    "taking_back",
	Title:   templates.New[none]("title.taking_back"),
	Opens:   openTakeBack,
	Reads:   asksTakeBack,
	Staff:   who(TakeTalk),
	Always:  true,
	Passing: true,
	Begin:   func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, takeBackByWord(t) },
}

// asksTakeBack says that words take back what was written: by the word that both
// platforms have on their own button. To a client it means their consents.
func asksTakeBack(text string) bool { return strings.TrimSpace(text) == "撤回" }

// takeBackCard asks whether it is this line that is meant.
var takeBackCard = dialog.Card[fateView]{
	Text: templates.New[fateView]("delivery.take_back"), Hear: takeBackByCard, Staff: who(TakeTalk),
}

// tookNotCard says why a line cannot be taken back, and offers to correct it.
var tookNotCard = dialog.Card[fateView]{
	Text: templates.New[fateView]("delivery.took_not"), Hear: openCorrecting, Staff: who(TakeTalk),
}

// fateCards are the cards about lines to clients, to which letters may be typed while
// a talk goes on.
var fateCards = map[string]func(*dialog.Turn, string, string) error{
	failedCard: sendAgain, keptCard: takeBackByCard, "delivery.take_back": takeBackByCard, "delivery.took_not": openCorrecting,
}

// takeBackByWord takes back the line that is quoted, or asks about the newest one.
func takeBackByWord(t *dialog.Turn) error {
	if t.Event.Quotes != "" {
		all, err := t.Records.CarriedOf(t.Event.Quotes)
		if err != nil || len(all) > 0 {
			return errors.Join(err, takeBackAll(t, all))
		}
	}
	last, err := t.Records.CarriedFrom(mostFollowed)
	i := slices.IndexFunc(last, func(c store.Carried) bool { return c.Fate == store.Arrived || !c.Fate.Final() })
	if err != nil {
		return err
	}
	if i < 0 {
		t.Say(sayNothingToTake.With(none{}))
		return nil
	}
	c := last[i]
	v := fateView{Client: c.Client.Code(), Words: "…"}
	m, err := t.Records.SaidTo(c.To, c.Seq)
	if err == nil && m.Text != "" {
		v.Words = shorten(strings.Join(strings.Fields(m.Text), " "))
	}
	t.Say(takeBackCard.For(fateRef(c), v))
	return ignoreNotFound(err)
}

func takeBackByCard(t *dialog.Turn, ref, choice string) error {
	c, err := carriedBy(t, ref)
	if err != nil {
		return gone(t, err)
	}
	if choice == "keep" {
		t.Say(sayKeptIt.With(fateView{Client: c.Client.Code()}))
		return nil
	}
	all := []store.Carried{c}
	if c.Carry.Ref != "" {
		if all, err = t.Records.CarriedOf(c.Carry.Ref); err != nil {
			return err
		}
	}
	return takeBackAll(t, all)
}

// takeBackAll takes back everything that carries one line, and says what came of it
// once: what the first of its messages came to.
func takeBackAll(t *dialog.Turn, all []store.Carried) error {
	for i, c := range all {
		became, done, err := takeBackOne(t, c)
		if err != nil {
			return err
		}
		v := fateView{Client: c.Client.Code(), Fate: string(became)}
		if !done && (became == store.Arrived || became == store.TooLate) {
			if v.Again, err = stillMine(t, c.Client); err != nil {
				return err
			}
		}
		switch {
		case i > 0:
		case done:
			t.Say(sayLineTaken.With(v))
		default:
			t.Say(tookNotCard.For(fateRef(c), v))
		}
	}
	return nil
}

// stillMine says that the colleague whose turn it is has a talk with the client.
func stillMine(t *dialog.Turn, c store.Client) (bool, error) {
	me, _ := t.Staff()
	h, err := t.Records.HandoffOf(c.ID)
	return err == nil && h.Of(me), ignoreNotFound(err)
}

// takeBackOne takes one message back. became is what it was, or what stands in the way:
// TooLate when the platform would not any more, OnItsWay when it may be going out.
func takeBackOne(t *dialog.Turn, c store.Carried) (became store.Fate, done bool, err error) {
	switch {
	case c.Fate == store.Arrived && c.To.Channel != "telegram":
		return store.Arrived, false, nil
	case c.Fate == store.Arrived && t.Now().Sub(c.At) >= takeable:
		return store.TooLate, false, nil
	}
	c, arrived, err := t.Records.TakeBack(c.ID)
	switch {
	case errors.Is(err, store.ErrSending):
		return store.OnItsWay, false, nil
	case errors.Is(err, store.ErrNotPending):
		return c.Fate, false, nil
	case err != nil:
		return "", false, err
	}
	if arrived {
		t.TakeAway(c.To, c.Seq)
	}
	return c.Fate, true, nil
}

// correctingFlow is opened by the card that says that a line cannot be taken back.
const correctingFlow = "correcting"

// openCorrecting lets a line be corrected: on Telegram by changing it where it was
// written, on WeChat, where nothing can be changed, by writing it anew.
func openCorrecting(t *dialog.Turn, ref, _ string) error {
	c, err := carriedBy(t, ref)
	if err != nil {
		return gone(t, err)
	}
	if t.Event.From.Channel == "telegram" {
		t.Say(sayCorrectByEdit.With(c.Client.Code()))
		return nil
	}
	t.OpenAbout(correctingFlow, ref)
	return nil
}

// lineAnew is a line that is being written anew.
type lineAnew struct{ Client, Talk string }

func writingAnew(s Settings) dialog.Flow[lineAnew] {
	return dialog.Flow[lineAnew]{
		Name: correctingFlow, Title: titleLineAnew, Staff: who(TakeTalk), Always: true, Fresh: true, Idle: time.Hour,
		Begin: func(t *dialog.Turn, d *lineAnew) (dialog.Move, error) {
			c, err := carriedBy(t, t.Paper())
			if err != nil {
				return dialog.End, gone(t, err)
			}
			h, err := t.Records.HandoffOf(c.Client.ID)
			if err != nil {
				return dialog.End, gone(t, err)
			}
			d.Client, d.Talk = c.Client.Code(), h.Number()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[lineAnew]{
			{Name: "words", Ask: askLineAnew, Want: dialog.Button.Or(dialog.Text(1, 1000)), Hear: func(t *dialog.Turn, d *lineAnew) (dialog.Move, error) {
				if t.Choice() != "" {
					t.Say(sayKeptIt.With(fateView{Client: d.Client}))
					return dialog.End, nil
				}
				return dialog.End, s.sayAnew(t, d.Talk)
			}},
		},
	}
}

// sayAnew says the turn's words as the correction of what was said before.
func (s Settings) sayAnew(t *dialog.Turn, talk string) error {
	me, _ := t.Staff()
	h, err := t.Records.Handoff(talk)
	if err = only(h.Of(me), err); err != nil {
		return gone(t, err)
	}
	return s.sayTo(t, me, h, store.Words{Lines: linesOf(t.Text()), Ref: t.Event.Ref}, true)
}

func linesOf(text string) []string {
	lines, _ := saidIn(bot.Event{Text: text})
	return lines
}
