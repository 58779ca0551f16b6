package flows

import (
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A colleague names who stands in for them: their alerts go there next. It is
// played in testdata/alert.zh-CN.chat.

var naming = dialog.Flow[standIn]{
	Name:   "backup",
	Title:  templates.New[none]("title.backup"),
	Opens:  templates.NewWords("open.backup"),
	Staff:  who(HearAlerts),
	Always: true,
	Fresh:  true,
	Ready:  fillColleagues,
	Steps: []dialog.Step[standIn]{
		{Name: "who", Ask: templates.New[standIn]("backup.who"), Want: dialog.Button, Hear: takeStandIn},
	},
}

// standIn is who can be named, and who is.
type standIn struct {
	Now        string          `json:"-"` // who stands in now; empty: nobody
	Colleagues []colleagueView `json:"-"`
	ids        []store.Staff
}

// colleagueView is a colleague as another one knows them.
type colleagueView struct{ Name, Role string }

// colleagues lists everybody who works here but one, at most mostColleagues.
func colleagues(t *dialog.Turn, but int64) (all []store.Staff, views []colleagueView, err error) {
	found, err := t.Records.StaffOf()
	for _, st := range found {
		if st.ID != but && len(all) < mostColleagues {
			all, views = append(all, st), append(views, colleagueView{st.Name, string(st.Role)})
		}
	}
	return all, views, err
}

func fillColleagues(t *dialog.Turn, d *standIn, _ dialog.StepName) (err error) {
	me, ok := t.Staff()
	if !ok {
		return nil
	}
	if b, err := t.Records.Backup(me); err == nil {
		d.Now = b.Name
	}
	d.ids, d.Colleagues, err = colleagues(t, me.ID)
	return err
}

var (
	sayStandIn   = templates.New[string]("backup.named") // about the name
	sayNoStandIn = templates.New[none]("backup.none")
)

func takeStandIn(t *dialog.Turn, d *standIn) (dialog.Move, error) {
	me, ok := t.Staff()
	if !ok {
		return dialog.End, nil
	}
	var named store.Staff
	if _, i, each := templates.Index(t.Choice()); each && i < len(d.ids) {
		named = d.ids[i]
	}
	if named.ID == 0 {
		t.Say(sayNoStandIn.With(none{}))
	} else {
		t.Say(sayStandIn.With(named.Name))
	}
	return dialog.End, t.Records.NameBackup(me, named)
}
