package flows

import (
	"slices"
	"strings"

	"redthread/bot/dialog"
	"redthread/store"
)

// Asking opens a question, "问：…", as the enquiry does with what it cannot
// answer.
func Asking(s Settings) dialog.Definition {
	const sign = "问："
	s = s.filledIn()
	return dialog.Flow[none]{
		Name: "asking", Title: titleAnswer, Reads: func(text string) bool { return strings.HasPrefix(text, sign) },
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			return dialog.End, s.openQuestion(t, strings.TrimPrefix(t.Text(), sign))
		},
	}
}

// Personal asks something personal, "试填：…", and confirms that one is single.
func Personal() dialog.Definition {
	const sign = "试填："
	return dialog.Flow[none]{
		Name: "personal", Title: titleAnswer, Reads: func(text string) bool { return strings.HasPrefix(text, sign) },
		Needs: needsRegistration,
		Steps: []dialog.Step[none]{
			{Name: "name", Ask: language.Steps[0].Ask, Want: dialog.Button, Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
				return dialog.Next, declare(t, store.StatementSingle)
			}},
			{Name: "more", Ask: language.Steps[0].Ask, Want: dialog.Button, Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
				return dialog.Next, offerConsent(t, store.ConsentSensitive)
			}},
			{Name: "last", Ask: language.Steps[0].Ask, Want: dialog.Button, Hear: func(*dialog.Turn, *none) (dialog.Move, error) {
				return dialog.Again, nil
			}},
		},
	}
}

// RenamedProfile is the house of a release that calls one question of the
// registration otherwise.
func RenamedProfile(s Settings, all []dialog.Definition) []dialog.Definition {
	f := profile(s.filledIn())
	for i, step := range f.Steps {
		if step.Name == "height" {
			f.Steps[i].Name, f.Steps[i].Was = "stature", []dialog.StepName{"height"}
		}
		for j, to := range step.To {
			if to == "height" {
				step.To[j] = "stature"
			}
		}
	}
	return withProfile(f, all)
}

// StoppingProfile is the house of a release that asks, after the second chapter,
// whether to go on.
func StoppingProfile(s Settings, all []dialog.Definition) []dialog.Definition {
	f := profile(s.filledIn())
	ask := single
	ask.Name, ask.Pass = "stop_work", nil
	at := slices.IndexFunc(f.Steps, func(s dialog.Step[form]) bool { return s.Name == "home" })
	f.Steps = slices.Insert(f.Steps, at, ask)
	return withProfile(f, all)
}

func withProfile(f dialog.Flow[form], all []dialog.Definition) []dialog.Definition {
	for i, d := range all {
		if _, ok := d.(dialog.Flow[form]); ok {
			all[i] = f
		}
	}
	return all
}

// PersonName takes a name apart.
var PersonName = personName

// Outlets are the ways by which a colleague's own words reach a client.
func Outlets() map[string]bool {
	all := map[string]bool{}
	for name := range outlets {
		all[name] = true
	}
	return all
}

// Occupations are those that may be shown of a candidate.
func Occupations() []string { return occupations }

// Right is one line of the table of rights.
type Right struct {
	Action, Means string
	Roles         []store.Role
	Doors         []string
}

// Rights are the table of rights.
func Rights() (all []Right) {
	for _, r := range rights {
		all = append(all, Right{string(r.action), r.means, r.roles, r.doors})
	}
	return all
}

// Behind is the action to which a door leads; empty: none.
func Behind(door string) string { a, _ := behind(door); return string(a) }

// May says that a role may do what the table calls so.
func May(role store.Role, action string) bool { return may(role, Action(action)) }
