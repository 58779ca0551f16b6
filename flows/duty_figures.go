package flows

import (
	"strconv"

	"redthread/bot/dialog"
	"redthread/bot/numeral"
	"redthread/store"
	"redthread/templates"
)

// How many clients a colleague talks with at once, and in which languages: set by
// themselves, or by a supervisor for anybody.

const (
	capacityFlow = "capacity"
	langsFlow    = "langs"
)

// mostOwnCapacity bounds what a colleague sets for themselves; supervisors go up to
// store.MostCapacity.
const mostOwnCapacity = 10

// figures are being set for a colleague.
type figures struct {
	Of   string // their code
	Name string
	Mine bool
	Now  int // how many clients at once
	Most int
}

// about finds whose figures they are. ok is false when they are not the asker's to
// set, and that has been said.
func (f *figures) about(t *dialog.Turn) (st store.Staff, ok bool, err error) {
	me, _ := t.Staff()
	st, err = t.Records.StaffByCode(f.Of)
	if err != nil {
		return st, false, gone(t, err)
	}
	f.Name, f.Mine, f.Now, f.Most = st.Name, st.ID == me.ID, st.Capacity, mostOwnCapacity
	if isBoss(me) {
		f.Most = store.MostCapacity
	}
	if !f.Mine && !may(me.Role, LeadTeam) {
		t.Refuse("figures of another")
		return st, false, nil
	}
	return st, true, nil
}

func beginFigures(t *dialog.Turn, f *figures) (dialog.Move, error) {
	f.Of = t.Paper()
	if _, ok, err := f.about(t); !ok {
		return dialog.End, err
	}
	return dialog.Next, nil
}

var settingCapacity = dialog.Flow[figures]{
	Name: capacityFlow, Title: titleCapacity, Staff: who(KeepDuty), Always: true, Fresh: true,
	Begin: beginFigures,
	Steps: []dialog.Step[figures]{
		{Name: "number", Ask: askCapacity, Want: dialog.Text(1, 20), Hear: takeCapacity},
	},
}

var settingLangs = dialog.Flow[figures]{
	Name: langsFlow, Title: titleLangs, Staff: who(KeepDuty), Always: true, Fresh: true,
	Begin: beginFigures,
	Steps: []dialog.Step[figures]{
		{Name: "which", Ask: askLangs, Want: dialog.Button, Hear: takeLangs},
	},
}

var (
	titleCapacity = templates.New[none]("title.capacity")
	titleLangs    = templates.New[none]("title.langs")
	askCapacity   = templates.New[figures]("duty.capacity")
	askLangs      = templates.New[figures]("duty.langs")

	sayOddCapacity = templates.New[int]("duty.odd_capacity") // the most
)

func takeCapacity(t *dialog.Turn, f *figures) (dialog.Move, error) {
	st, ok, err := f.about(t)
	if !ok {
		return dialog.End, err
	}
	n, err := strconv.Atoi(numeral.Plain(t.Text())) // 0: the agency's figure
	if err != nil || n < 0 || n > f.Most {
		t.Note(sayOddCapacity.With(f.Most))
		return dialog.Again, nil
	}
	if err := t.Records.SetCapacity(st.ID, n); err != nil {
		return dialog.End, err
	}
	return dialog.End, saySet(t, st, sayCapacity)
}

func takeLangs(t *dialog.Turn, f *figures) (dialog.Move, error) {
	st, ok, err := f.about(t)
	if !ok {
		return dialog.End, err
	}
	langs := map[string][]string{"chinese": {"zh-CN"}, "english": {"en"}, "both": {"zh-CN", "en"}}
	if err := t.Records.SetLangs(st.ID, langs[t.Choice()]); err != nil {
		return dialog.End, err
	}
	return dialog.End, saySet(t, st, sayLangs)
}

// saySet says what was set, to who set it and to whom it concerns.
func saySet(t *dialog.Turn, st store.Staff, said templates.Of[dutyView]) error {
	st, err := t.Records.StaffByID(st.ID)
	if err != nil {
		return err
	}
	v, err := viewOfDuty(t, st)
	if err != nil {
		return err
	}
	t.Say(said.With(v))
	if !v.Mine {
		v.Mine = true
		t.Inform(st.Conversation, st.Lang, said.With(v))
	}
	return nil
}
