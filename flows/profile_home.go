package flows

import (
	"strconv"
	"strings"

	"redthread/bot/dialog"
	"redthread/bot/region"
	"redthread/store"
	"redthread/templates"
)

// The third chapter: where they live and come from, and whom with.

var yourHome = []dialog.Step[form]{
	{Name: "home", Ask: templates.New[form]("profile.home"), Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takePlace(func(p *store.Profile) *store.Place { return &p.Home })},
	{Name: "registered", Ask: templates.New[form]("profile.registered"), Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takePlace(func(p *store.Profile) *store.Place { return &p.Registered })},
	{Name: "history", Ask: templates.New[form]("profile.history"), Want: dialog.Button.Or(dialog.Text(2, 300)), Hear: write(func(p *store.Profile) *string { return &p.History })},
	{Name: "children", Ask: templates.New[form]("profile.children"), Want: dialog.Button, Hear: choose(func(p *store.Profile) *string { return &p.Children })},
	{Name: "housing", Ask: templates.New[form]("profile.housing"), Want: dialog.Button, Hear: choose(func(p *store.Profile) *string { return &p.Housing })},
	{Name: "car", Ask: templates.New[form]("profile.car"), Want: dialog.Button, Hear: choose(func(p *store.Profile) *string { return &p.Car })},
}

var sayPlaceWrong = templates.New[none]("profile.place_wrong")

// takePlace takes a city that is typed, or chosen by area and province. A province
// alone asks on.
func takePlace(of func(*store.Profile) *store.Place) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		place, ok, err := d.readPlace(t)
		if err != nil {
			return dialog.Again, err
		}
		if !ok {
			return d.notYetAPlace(t)
		}
		*of(&d.P) = place
		return d.answered(t)
	}
}

// readPlace reads what was tapped or typed. It is false when there is more to be
// said: Picked is what is known then.
func (d *form) readPlace(t *dialog.Turn) (p store.Place, ok bool, err error) {
	switch choice := t.Choice(); {
	case choice == "same":
		return d.P.Home, true, nil
	case choice == "more", choice == "up":
		d.Picked = map[string]string{"more": morePlaces}[choice]
		return p, false, nil
	case choice == "abroad":
		d.Picked = strconv.Itoa(int(region.Abroad))
		return p, false, nil
	case choice != "":
		d.pick(t)
		n, err := strconv.Atoi(d.Picked)
		return store.Place{Code: n}, err == nil && region.Code(n).IsCity(), nil
	}
	return d.readTypedPlace(t)
}

func (d *form) readTypedPlace(t *dialog.Turn) (p store.Place, ok bool, err error) {
	if d.Picked == strconv.Itoa(int(region.Abroad)) {
		return store.Place{Code: int(region.Abroad), Words: firstRunes(t.Text(), 60)}, true, nil
	}
	found := region.Find(t.Text())
	if len(found) != 1 {
		d.Picked = ""
		if len(found) > 1 && len(found) <= mostNamesakes {
			d.Picked = codesOf(found)
		}
		return p, false, nil
	}
	switch c := found[0]; {
	case c == region.Abroad || c == 710000: // the codes go no further
		return store.Place{Code: int(c), Words: firstRunes(t.Text(), 60)}, true, nil
	case c.IsCity():
		return store.Place{Code: int(c)}, true, nil
	default:
		d.Picked = strconv.Itoa(int(c))
		return p, false, nil
	}
}

// mostNamesakes is how many places of one name are offered; of a name that more
// have, the province is asked.
const mostNamesakes = 8

func codesOf(all []region.Code) string {
	var codes []string
	for _, c := range all {
		codes = append(codes, strconv.Itoa(int(c)))
	}
	return strings.Join(codes, ",")
}

// notYetAPlace asks on, or says that nothing was understood.
func (d *form) notYetAPlace(t *dialog.Turn) (dialog.Move, error) {
	if d.Picked == "" && t.Choice() == "" {
		return d.unfit(t, sayPlaceWrong.With(none{}))
	}
	return dialog.Again, nil
}

// Picking is what is asked next of a place: "", "area", "province", "city",
// "which", "abroad".
func (d form) Picking() string {
	switch {
	case d.Picked == "":
		return ""
	case d.Picked == morePlaces:
		return "area"
	case strings.HasPrefix(d.Picked, "area"):
		return "province"
	case strings.Contains(d.Picked, ","):
		return "which"
	case d.Picked == strconv.Itoa(int(region.Abroad)):
		return "abroad"
	}
	return "city"
}

// placeName is the place in full, in a language.
func placeName(p store.Place, lang string) string {
	name := region.Code(p.Code).Name(lang)
	switch {
	case p.Words == "":
		return name
	case name == "":
		return p.Words
	}
	if lang == "zh-CN" {
		return name + "（" + p.Words + "）"
	}
	return name + " (" + p.Words + ")"
}

// HomeName and the like are places in the language we speak.
func (d form) HomeName() string { return placeName(d.P.Home, d.Lang) }

// RegisteredName is where the client is registered.
func (d form) RegisteredName() string { return placeName(d.P.Registered, d.Lang) }

// HomeCity is the city they live in, and nothing closer.
func (d form) HomeCity() string { return region.Code(d.P.Home.Code).City().Short(d.Lang) }

// PickedName is the province whose cities are offered.
func (d form) PickedName() string {
	n, _ := strconv.Atoi(d.Picked) // 0, which has no name, for anything else
	return region.Code(n).Short(d.Lang)
}
