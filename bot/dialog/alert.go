package dialog

import (
	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// Alert tells the members of staff of the roles who are at work, each in their
// language; those for complaints and questions and those above them when no role
// is named. Where none of them is at work it tells all: that nobody hears of it is
// worse. It is for news that need no answer; what must be acknowledged is an alert
// on record, and comes by Wake.
func (t *Turn) Alert(l templates.Line, roles ...store.Role) {
	if len(roles) == 0 {
		roles = []store.Role{store.RoleService, store.RoleSupervisor, store.RoleOwner}
	}
	all, err := t.Records.OnDuty(roles...)
	if err == nil && len(all) == 0 {
		all, err = t.Records.StaffOf(roles...)
	}
	if err != nil {
		t.fail(err)
		return
	}
	if len(all) == 0 {
		t.log.WarnContext(t.ctx, "nobody to alert", "event", t.Event.Key, "line", l.Name)
	}
	for _, s := range all {
		t.Wake(s, l)
	}
}

// Wake tells one colleague, with the words of other lines under it. It goes out
// before what is said to many, and after replies.
func (t *Turn) Wake(to store.Staff, l templates.Line, under ...templates.Line) {
	t.out = append(t.out, outgoing{to: to.Conversation, lane: store.Alerts, m: t.renderOver(to.Lang, l, under)})
}

// SayOver answers the person, with the words of other lines under it.
func (t *Turn) SayOver(l templates.Line, under ...templates.Line) {
	t.post(t.renderOver(t.Lang(), l, under))
}

// Redraw changes the words of a message that is on the person's screen, named as
// Event.On names it; its buttons go. Where the channel changes no messages nothing
// happens.
func (t *Turn) Redraw(message string, l templates.Line) {
	t.out = append(t.out, outgoing{to: t.Event.From, lane: store.Replies, m: bot.Message{Edits: message, Text: t.Words(t.Lang(), l)}})
}

// renderOver says a line, and the words of others on lines of their own before the
// buttons.
func (t *Turn) renderOver(lang string, l templates.Line, under []templates.Line) bot.Message {
	m := t.render(lang, l)
	for _, u := range under {
		m.Text += "\n" + t.Words(lang, u)
	}
	return m
}

// alertedTo lists the open alerts about the paper of a colleagues' card.
func (t *Turn) alertedTo(card AnyCard, ref string) ([]store.Alert, error) {
	if card.staff() == nil || ref == "" {
		return nil, nil
	}
	return t.Records.OpenAlerts(ref)
}

// heard acknowledges what a colleague was alerted to: they have pressed a button
// of a card about it, and were not refused.
func (t *Turn) heard(alerts []store.Alert) error {
	by, ok := t.Staff()
	if !ok {
		return nil
	}
	for _, a := range alerts {
		if err := t.Records.AckAlert(a, by); err != nil {
			return err
		}
	}
	return nil
}
