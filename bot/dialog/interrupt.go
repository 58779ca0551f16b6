package dialog

import (
	"errors"
	"fmt"
	"slices"

	"redthread/bot"
	"redthread/templates"
)

// maxWaiting is how many interrupted flows may wait. More than that nobody keeps
// in mind; only flows that are Always open go beyond it.
const maxWaiting = 4

// The questions of the engine's own, as Session.Asking names them.
const (
	askedCancel = "cancel"
	askedResume = "resume"
)

// opening opens the flow whose words were written. What only the open flow reads
// is left to its question.
func (e *Engine) opening(t *Turn) (bool, error) {
	f := e.opens(t)
	if f == nil || f.name == t.session.Open.Flow && !t.says(f.facts.opens) {
		return false, nil
	}
	return true, e.open(t, f.name)
}

// opens is the flow that the written words open.
func (e *Engine) opens(t *Turn) *flow {
	if t.Event.Kind != bot.Wrote || !isShort(t.Event.Text) {
		return nil
	}
	for _, f := range e.meant(t) {
		if t.mayOpen(f.facts) {
			return f
		}
	}
	return nil
}

// meant are the flows that the written words open, whoever wrote them. They are
// held against all that is listened for once.
func (e *Engine) meant(t *Turn) []*flow {
	if t.meant == nil || t.meant.of != t.Event.Text {
		t.meant = &meant{of: t.Event.Text}
		for _, f := range e.order {
			if t.says(f.facts.opens) || f.reads != nil && f.reads(t.Event.Text) {
				t.meant.flows = append(t.meant.flows, f)
			}
		}
	}
	return t.meant.flows
}

// mayOpen says that the flow is for the person.
func (t *Turn) mayOpen(f facts) bool {
	if f.staff == nil {
		return true
	}
	me, ok := t.Staff()
	return ok && slices.Contains(f.staff, me.Role)
}

// closedTo is the colleagues' flow that the words of a colleague open for other
// roles, and nothing for them.
func (e *Engine) closedTo(t *Turn) *flow {
	if t.Event.Kind != bot.Wrote || !isShort(t.Event.Text) {
		return nil
	}
	for _, f := range e.meant(t) {
		if f.facts.staff == nil {
			continue
		}
		if _, colleague := t.Staff(); colleague && !t.mayOpen(f.facts) {
			return f
		}
	}
	return nil
}

// dismissed drops what is open, or waits, and is for colleagues of a role that the
// person does not have any more: nothing answers its buttons then.
func (e *Engine) dismissed(t *Turn) (bool, error) {
	s := t.session
	lost := func(fr bot.Frame) bool {
		f := e.flows[fr.Flow]
		return f != nil && !t.mayOpen(f.facts)
	}
	s.Stack = slices.DeleteFunc(s.Stack, lost)
	if s.Open.Flow != "" && lost(s.Open) {
		t.moved = s.Leave() // what was interrupted is asked again
	}
	return false, nil
}

// refused tells a colleague that what they asked for is not for them: it must not
// be taken for an answer, or for words to a client.
func (e *Engine) refused(t *Turn) (bool, error) {
	if e.opens(t) != nil {
		return false, nil
	}
	f := e.closedTo(t)
	if f != nil {
		t.Refuse(f.name)
	}
	return f != nil, nil
}

// says that the written words are one of the group's.
func (t *Turn) says(w templates.Words) bool {
	return w.Name() != "" && t.texts.HearsFolded(w, t.folded())
}

// folded is the event's text, folded once for all that is listened for.
func (t *Turn) folded() string {
	if t.fold == nil || t.fold.of != t.Event.Text {
		t.fold = &folded{t.Event.Text, templates.Fold(t.Event.Text)}
	}
	return t.fold.text
}

// open opens a flow. The open one is interrupted; one that waits comes up
// instead of starting twice.
func (e *Engine) open(t *Turn, name string) error {
	f := e.flows[name]
	if f == nil {
		return fmt.Errorf("dialog: there is no flow %q", name)
	}
	s := t.session
	s.Asking, s.Missed = "", 0
	if f.fresh || t.anew == name {
		s.Stack = slices.DeleteFunc(s.Stack, func(fr bot.Frame) bool { return fr.Flow == name })
		if s.Open.Flow == name {
			return e.start(t, f)
		}
	}
	if s.Open.Flow == name {
		t.note(sayContinued.With(e.title(t, name)))
		return e.ask(t)
	}
	if !waits(s, name) && s.Open.Flow != "" && !e.passing(s) && len(s.Stack) >= maxWaiting && !f.always {
		t.note(sayFull.With(e.waiting(t)))
		return e.ask(t)
	}
	return e.bringUp(t, name)
}

func waits(s *bot.Session, name string) bool {
	return slices.ContainsFunc(s.Stack, func(fr bot.Frame) bool { return fr.Flow == name })
}

// bringUp lets the open flow wait for another one, which begins, or is taken up
// where it waits.
func (e *Engine) bringUp(t *Turn, name string) error {
	f, s := e.flows[name], t.session
	if f == nil {
		return fmt.Errorf("dialog: there is no flow %q", name)
	}
	i := slices.IndexFunc(s.Stack, func(fr bot.Frame) bool { return fr.Flow == name })
	if i < 0 {
		e.interrupt(s)
		return e.start(t, f)
	}
	waited := s.Stack[i]
	s.Stack = slices.Delete(s.Stack, i, i+1)
	e.interrupt(s)
	s.Open = waited
	return e.resume(t)
}

// interrupt lets the open flow wait, unless it leaves nothing behind.
func (e *Engine) interrupt(s *bot.Session) {
	if s.Open.Flow != "" && !e.passing(s) {
		s.Stack = append(s.Stack, s.Open)
	}
	s.Open, s.Asking = bot.Frame{}, ""
}

// passing says that the open flow leaves nothing behind. One that has not begun
// waits for what it needs.
func (e *Engine) passing(s *bot.Session) bool {
	f := e.flows[s.Open.Flow]
	return f != nil && f.passing && s.Open.Step != ""
}

// waiting are the titles of what is open or waits, the newest first.
func (e *Engine) waiting(t *Turn) []string {
	all := []string{e.title(t, t.session.Open.Flow)}
	for i := len(t.session.Stack) - 1; i >= 0; i-- {
		all = append(all, e.title(t, t.session.Stack[i].Flow))
	}
	return all
}

// title is what the person calls a flow.
func (e *Engine) title(t *Turn, name string) string {
	f := e.flows[name]
	if f == nil {
		return name
	}
	return t.words(templates.Line{Name: f.title, Data: struct{}{}})
}

// start opens the flow afresh and asks its first question, as soon as it has
// what it needs.
func (e *Engine) start(t *Turn, f *flow) error {
	t.session.Open = bot.Frame{Flow: f.name} // not begun
	if ok, err := e.met(t, true); !ok || err != nil {
		return err
	}
	ended, err := e.begin(t, f)
	switch {
	case err != nil:
		return err
	case ended:
		return e.end(t)
	}
	return e.ask(t)
}

// begin puts a fresh frame of the flow at its first question. It reports whether
// the flow ended where it began.
func (e *Engine) begin(t *Turn, f *flow) (ended bool, err error) {
	fr := &t.session.Open
	*fr = bot.Frame{Flow: f.name, Version: f.version, At: t.Now(), Visit: t.session.Seq}
	move, err := f.begin(t, fr)
	if err == nil {
		err = t.err
	}
	if err != nil {
		return false, err
	}
	switch {
	case move == End:
		return true, nil
	case move == Next && len(f.steps) > 0:
		fr.Step, err = e.unpassed(t, f, 0)
		return fr.Step == "", err
	case move.how == "goto" && f.at(string(move.step)) >= 0:
		fr.Step = string(move.step)
	default:
		return false, fmt.Errorf("dialog: %s cannot begin with %q %s", f.name, move.how, move.step)
	}
	return false, nil
}

// end closes the open flow and resumes what it interrupted. While a colleague
// has the talk, that waits.
func (e *Engine) end(t *Turn) error {
	s := t.session
	if t.ended == nil {
		t.ended = map[string]bool{}
	}
	t.ended[s.Open.Flow] = true
	f := e.flows[s.Open.Flow]
	told := f != nil && len(f.facts.steps) == 0 // a colleague was told something, and left nothing
	if len(t.opening) > 0 || s.Human {
		s.Open, s.Asking, s.Missed = bot.Frame{}, "", 0
		if s.Human && !t.handed && !(told && t.colleague()) {
			t.noteAttended()
		}
		return nil
	}
	if s.Leave() {
		return e.resume(t)
	}
	return nil
}

// resume takes up the flow that was interrupted and is open again.
func (e *Engine) resume(t *Turn) error {
	if fr := t.session.Open; fr.Step == "" && e.flows[fr.Flow] != nil {
		return e.start(t, e.flows[fr.Flow])
	}
	same, err := e.mend(t)
	if err != nil || t.session.Open.Flow == "" {
		return err
	}
	if ok, err := e.met(t, false); !ok || err != nil {
		return err
	}
	t.note(sayContinued.With(e.title(t, t.session.Open.Flow)))
	if !same {
		t.note(sayUpdated.With(struct{}{}))
	}
	return e.ask(t)
}

// back returns to the question before.
func (e *Engine) back(t *Turn) error {
	f, _, ok := e.openStep(t)
	if !ok {
		return e.nothingOpen(t)
	}
	fr := &t.session.Open
	for len(fr.Trail) > 0 {
		last := len(fr.Trail) - 1
		to := fr.Trail[last]
		fr.Trail = fr.Trail[:last]
		if f.at(to) < 0 {
			continue // a question of an older release
		}
		if to == fr.Back {
			fr.Back = ""
		}
		fr.Step, fr.Visit = to, t.session.Seq
		return e.ask(t)
	}
	t.note(sayFirst.With(struct{}{}))
	return e.ask(t)
}

func (e *Engine) skip(t *Turn) error {
	f, step, ok := e.openStep(t)
	if !ok {
		return e.nothingOpen(t)
	}
	if !step.optional {
		t.note(sayNoSkip.With(struct{}{}))
		return e.ask(t)
	}
	if err := f.skip(t, &t.session.Open); err != nil || t.err != nil {
		return errors.Join(err, t.err)
	}
	return e.next(t, f)
}

// cancel gives the open flow up, at once when nothing would be lost.
func (e *Engine) cancel(t *Turn) error {
	f, _, ok := e.openStep(t)
	if !ok {
		return e.nothingOpen(t)
	}
	if !f.passing && !f.keeps && (len(t.session.Open.Trail) > 0 || !f.untouched(t.session.Open)) {
		return e.askOwn(t, askedCancel)
	}
	return e.drop(t)
}

// drop gives the open flow up.
func (e *Engine) drop(t *Turn) error {
	said := sayCancelled
	if f := e.flows[t.session.Open.Flow]; f != nil && f.keeps {
		said = sayPaused
	}
	t.note(said.With(e.title(t, t.session.Open.Flow)))
	return e.end(t)
}

func (e *Engine) nothingOpen(t *Turn) error {
	t.note(sayNothing.With(struct{}{}))
	return e.menu(t)
}
