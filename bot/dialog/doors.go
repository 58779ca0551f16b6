package dialog

import (
	"cmp"
	"slices"

	"redthread/store"
)

// StaffDoor is a way by which a colleague does something: a button of a card that
// is for colleagues, or a flow that is.
type StaffDoor struct {
	Name  string       // "CARD/choice", "flow:NAME"
	Roles []store.Role // that the card, or the flow, says it is for
}

// StaffDoors lists every such way, by its name, so that an agency can hold its
// table of rights against what there really is.
func (e *Engine) StaffDoors() (all []StaffDoor) {
	texts := e.cfg.Texts()
	for name, c := range e.cards {
		if c.staff() == nil {
			continue
		}
		for _, choice := range texts.Buttons(name) {
			all = append(all, StaffDoor{name + "/" + choice, c.staff()})
		}
	}
	for _, f := range e.order {
		if f.facts.staff != nil {
			all = append(all, StaffDoor{"flow:" + f.name, f.facts.staff})
		}
	}
	slices.SortFunc(all, func(a, b StaffDoor) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b StaffDoor) bool { return a.Name == b.Name })
}
