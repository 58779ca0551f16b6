package flows

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Who gets many alerts at once gets the rest of them in one message: a list with a
// button for each.

const (
	bundleFor   = time.Minute
	mostBundled = 8 // of a list that have a button
)

// alertList is due when a list goes out; its ref is the number of the list.
const alertList = "alert_list"

// bundle puts a call on the colleague's list.
func bundle(t *dialog.Turn, c store.Call, to store.Staff) error {
	list, first, err := t.Records.Bundle(c)
	if err == nil && first {
		t.Records.LaterFor(to.Conversation, alertList, strconv.FormatInt(list, 10), t.Now().Add(bundleFor))
	}
	return err
}

// listView is what a list of alerts says.
type listView struct {
	Items []listedView
	More  int // that have no button
}

// listedView is one paper on a list.
type listedView struct{ Paper, What string }

// alertsTogether sends the list.
func alertsTogether(s Settings) dialog.Notice {
	return dialog.Notice{Name: alertList, Play: func(t *dialog.Turn, ref string) error {
		me, ok := t.Staff()
		list, err := strconv.ParseInt(ref, 10, 64)
		if !ok || err != nil {
			return err
		}
		all, err := t.Records.Bundled(list, me.ID, 1000)
		if err != nil {
			return err
		}
		var v listView
		for i, a := range all {
			if i >= mostBundled {
				v.More++
				continue
			}
			v.Items = append(v.Items, listedView{a.Paper, what(t, me.Lang, a.Paper)})
		}
		if len(v.Items) > 0 {
			t.Wake(me, listCard(s).For(ref, v))
		}
		return t.Records.SentList(list)
	}}
}

// listCard is the list. A press shows the paper.
func listCard(s Settings) dialog.Card[listView] {
	return dialog.Card[listView]{Text: listText, Hear: openListed(s), Staff: who(HearAlerts)}
}

var (
	listText    = templates.New[listView]("alert.list")
	sayTakenOff = templates.New[listedView]("alert.settled")
	sayWhat     = templates.New[string]("alert.what")
)

func openListed(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		list, err := strconv.ParseInt(ref, 10, 64)
		_, i, ok := templates.Index(choice)
		if err != nil || !ok { // a forged button
			return gone(t, store.ErrNotFound)
		}
		me, _ := t.Staff()
		all, err := t.Records.Bundled(list, me.ID, mostBundled)
		if err = only(i < len(all), err); err != nil { // somebody else's list, or a forged button
			return gone(t, err)
		}
		if _, err := t.Records.AckAlerts(all[i].Paper, me); err != nil {
			return err
		}
		return s.showAlert(t, all[i])
	}
}

// showAlert shows what an alert is about, as it stands.
func (s Settings) showAlert(t *dialog.Turn, a store.Alert) error {
	line, needed, err := s.kinds[a.Kind].show(t, a.Paper, a.Rung > store.RungOwner)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if !needed || err != nil {
		t.Say(sayTakenOff.With(listedView{a.Paper, what(t, t.Lang(), a.Paper)}))
		return nil
	}
	under, err := alerted(t, a)
	if err == nil {
		t.SayOver(line, under...)
	}
	return err
}

// what is the kind of a paper in words.
func what(t *dialog.Turn, lang, paper string) string {
	letter, _, _ := strings.Cut(paper, "-")
	return t.Words(lang, sayWhat.With(letter))
}
