package dialog

import "redthread/templates"

// Need is what must be settled before a flow may go on.
type Need struct {
	flow string // settles it
	stop bool
}

// The answers a flow's Needs can give, besides First.
var (
	Nothing = Need{}           // go on
	Refused = Need{stop: true} // the flow is left; nobody is asked again
)

// First has another flow settle what is missing. The one that needs it waits, is
// asked again when the other has ended, and left when it still is not satisfied:
// nobody is asked twice in a row.
func First(flow string) Need { return Need{flow: flow} }

// met sees to what the open flow needs: whether it may begin, when the person
// has just wished for it, or else go on. When it is false the turn goes on
// elsewhere.
func (e *Engine) met(t *Turn, wished bool) (bool, error) {
	f := e.flows[t.session.Open.Flow]
	need, err := f.needs(t, wished)
	if err == nil {
		err = t.err
	}
	switch {
	case err != nil:
		return false, err
	case need == Nothing:
		return true, nil
	case need.stop || t.ended[need.flow]:
		return false, e.end(t)
	}
	return false, e.bringUp(t, need.flow)
}

// barred leaves an open flow that has lost what it needs, before it hears
// another word. What is only missing may wait until the next question.
func (e *Engine) barred(t *Turn) (bool, error) {
	title := t.session.Open.Flow
	need, err := e.flows[title].needs(t, false)
	if err != nil || !need.stop {
		return false, err
	}
	t.note(sayStopped.With(e.title(t, title)))
	return true, e.end(t)
}

// sayStopped is said to who answers a flow that may not go on. It is about the
// flow's title.
var sayStopped = templates.New[string]("common.stopped")
