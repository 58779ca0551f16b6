package flows

import (
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A supervisor looks at who is at work, and what each has in hand. It is played in
// testdata/team.zh-CN.chat.

type teamView struct{ All []dutyView }

// teamCard lists colleagues; its ref is a mark of whom it lists. colleagueCard is
// about one of them; its ref is their code.
func teamCard(s Settings) dialog.Card[teamView] {
	return dialog.Card[teamView]{Text: teamText, Hear: pressTeam(s), Staff: who(LeadTeam)}
}

func colleagueCard(s Settings) dialog.Card[dutyView] {
	return dialog.Card[dutyView]{Text: colleagueText, Hear: pressColleague(s), Staff: who(LeadTeam)}
}

var (
	titleTeam = templates.New[none]("title.team")
	openTeam  = templates.NewWords("open.team")

	teamText      = templates.New[teamView]("staff.team")
	_             = templates.New[none]("staff.roles")
	colleagueText = templates.New[dutyView]("staff.colleague")

	sayDutySet = templates.New[dutyView]("duty.set_by") // to whom it concerns
)

func team(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name: "team", Title: titleTeam, Opens: openTeam,
		Staff: who(LeadTeam), Always: true, Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, showTeam(t, s) },
	}
}

// mostColleagues is how many a card lists.
const mostColleagues = 30

func showTeam(t *dialog.Turn, s Settings) error {
	all, err := t.Records.StaffOf()
	if err != nil {
		return err
	}
	var v teamView
	for _, st := range all[:min(len(all), mostColleagues)] {
		one, err := viewOfDuty(t, st)
		if err != nil {
			return err
		}
		v.All = append(v.All, one)
	}
	t.Say(teamCard(s).For(markOf(all), v))
	return nil
}

func pressTeam(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		all, err := t.Records.StaffOf()
		if err != nil {
			return err
		}
		_, i, each := templates.Index(choice)
		if !each || markOf(all) != ref || i >= len(all) {
			return showTeam(t, s)
		}
		return showColleague(t, s, all[i])
	}
}

func showColleague(t *dialog.Turn, s Settings, st store.Staff) error {
	v, err := viewOfDuty(t, st)
	if err == nil {
		t.Say(colleagueCard(s).For(st.Code(), v))
	}
	return err
}

// pressColleague sets a colleague's duty or figures for them. Who talks with them
// goes on doing so.
func pressColleague(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		st, err := t.Records.StaffByCode(ref)
		if err != nil {
			return gone(t, err)
		}
		switch choice {
		case "on", "off":
			return setDutyOf(t, s, st, store.Duty(choice))
		case "capacity", "langs", leavingFlow:
			t.OpenAbout(choice, ref)
			return nil
		}
		return showColleague(t, s, st)
	}
}

func setDutyOf(t *dialog.Turn, s Settings, st store.Staff, d store.Duty) error {
	for _, c := range st.Chats {
		t.Records.CancelFor(c, leaveEnds, st.Code())
	}
	if err := t.Records.SetDuty(st.ID, d, time.Time{}); err != nil {
		return err
	}
	st, err := t.Records.StaffByID(st.ID)
	if err != nil {
		return err
	}
	v, err := viewOfDuty(t, st)
	if err != nil {
		return err
	}
	if !v.Mine {
		v.Mine = true
		t.Inform(st.Conversation, st.Lang, sayDutySet.With(v))
	}
	return showColleague(t, s, st)
}
