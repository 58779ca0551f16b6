package flows

import (
	"strings"

	"redthread/bot/dialog"
	"redthread/bot/measure"
	"redthread/store"
	"redthread/templates"
)

// The second chapter: education and work.

var yourWork = []dialog.Step[form]{
	{Name: "education", Ask: templates.New[form]("profile.education"), Want: dialog.Button, Hear: choose(func(p *store.Profile) *string { return &p.Education })},
	{Name: "school", Ask: templates.New[form]("profile.school"), Want: dialog.Button.Or(dialog.Text(2, 60)), Hear: write(func(p *store.Profile) *string { return &p.School })},
	{Name: "occupation", Ask: templates.New[form]("profile.occupation"), Want: dialog.Button.Or(dialog.Text(2, 60)), Hear: write(func(p *store.Profile) *string { return &p.Occupation })},
	{Name: "employer", Ask: templates.New[form]("profile.employer"), Want: dialog.Button.Or(dialog.Text(2, 60)), Hear: write(func(p *store.Profile) *string { return &p.Employer })},
	{Name: "income", Ask: templates.New[form]("profile.income"), Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takeIncome},
}

var sayIncomeWrong = templates.New[none]("profile.income_wrong")

// choose takes a button.
func choose(of func(*store.Profile) *string) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		*of(&d.P) = t.Choice()
		return d.answered(t)
	}
}

// write takes a button, or the client's own words.
func write(of func(*store.Profile) *string) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		*of(&d.P) = t.Choice() + strings.Join(strings.Fields(t.Text()), " ")
		return d.answered(t)
	}
}

// takeIncome takes a band, or an amount that lies in one.
func takeIncome(t *dialog.Turn, d *form) (dialog.Move, error) {
	if d.P.Income = t.Choice(); d.P.Income != "" {
		return d.answered(t)
	}
	yuan, err := measure.Income(t.Text())
	if err != nil {
		return d.unfit(t, sayIncomeWrong.With(none{}))
	}
	d.P.Income = incomeBand(yuan)
	return d.answered(t)
}

// incomeBand is the band of a yearly income in yuan.
func incomeBand(yuan int) string {
	for i, most := range []int{50000, 100000, 200000, 300000, 500000, 1000000} {
		if yuan < most {
			return store.Incomes[i]
		}
	}
	return store.Incomes[len(store.Incomes)-1]
}
