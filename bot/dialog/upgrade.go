package dialog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"redthread/bot"
	"redthread/store"
)

// upgrade brings a frame's data from the version that saved it to the flow's
// own. An error says that they cannot be read.
func (f Flow[D]) upgrade(fr *bot.Frame) error {
	if fr.Version > f.Version {
		return fmt.Errorf("flow %s: data of version %d, we know %d", f.Name, fr.Version, f.Version)
	}
	data := fr.Data
	for v := fr.Version; v < f.Version; v++ {
		step, ok := f.Upgrade[v]
		if !ok {
			return fmt.Errorf("flow %s: nothing upgrades version %d", f.Name, v)
		}
		if len(data) == 0 {
			data = json.RawMessage("{}")
		}
		var err error
		if data, err = step(data); err != nil {
			return fmt.Errorf("flow %s: upgrade version %d: %T", f.Name, v, err)
		}
	}
	next := *fr
	next.Data, next.Version = data, f.Version
	if _, err := f.decode(next); err != nil {
		return err
	}
	*fr = next
	return nil
}

// untouched says that the frame holds nothing a person has told us.
func (f Flow[D]) untouched(fr bot.Frame) bool {
	if len(fr.Data) == 0 {
		return true
	}
	d, err := f.decode(fr)
	if err != nil {
		return false
	}
	was, err1 := json.Marshal(d)
	blank, err2 := json.Marshal(new(D))
	return err1 == nil && err2 == nil && string(was) == string(blank)
}

// updated brings the open flow up to this release before anyone answers. What
// the person sends then was meant for a question that is gone.
func (e *Engine) updated(t *Turn) (bool, error) {
	if t.session.Open.Flow == "" {
		return false, nil
	}
	same, err := e.mend(t)
	if err == nil && !same {
		t.moved, t.session.Asking = true, ""
		t.note(sayUpdated.With(struct{}{}))
	}
	return false, err
}

// mend makes the open flow one that this release can play: it upgrades its data,
// finds the nearest question that is still there, begins it afresh when nothing
// can be read, or leaves a flow that is gone for the one it interrupted. It
// reports whether the question is still the one the person saw.
func (e *Engine) mend(t *Turn) (same bool, err error) {
	s, same := t.session, true
	for s.Open.Flow != "" {
		f := e.flows[s.Open.Flow]
		if s.Open.Step == "" { // it had not begun, and what it waited for is gone
			same = false
			s.Leave()
			continue
		}
		if f == nil || len(f.steps) == 0 {
			e.lost(t, errors.New("the flow is gone"))
			same = false
			s.Leave()
			continue
		}
		if err := f.upgrade(&s.Open); err != nil {
			e.lost(t, err)
			same = false
			ended, err := e.begin(t, f)
			if err != nil {
				return false, err
			}
			if ended {
				s.Leave()
				continue
			}
		}
		f.rename(&s.Open)
		if f.at(s.Open.Step) < 0 {
			nearest(&s.Open, f, s.Seq)
			same = false
			switch next, err := e.unpassed(t, f, f.at(s.Open.Step)); {
			case err != nil:
				return false, err
			case next != "":
				s.Open.Step = next
			}
		}
		return same, nil
	}
	return same, nil
}

// rename gives the steps that the frame knows the names they have today.
func (f *flow) rename(fr *bot.Frame) {
	fr.Step, fr.Back = f.now(fr.Step), f.now(fr.Back)
	for i, step := range fr.Trail {
		fr.Trail[i] = f.now(step)
	}
}

// nearest puts the frame at the last question on the way that is still there.
func nearest(fr *bot.Frame, f *flow, seq int64) {
	for len(fr.Trail) > 0 && f.at(fr.Step) < 0 {
		last := len(fr.Trail) - 1
		fr.Step, fr.Trail = fr.Trail[last], fr.Trail[:last]
	}
	if f.at(fr.Step) < 0 {
		fr.Step = f.steps[0].name
	}
	fr.Trail = slices.DeleteFunc(fr.Trail, func(step string) bool { return f.at(step) < 0 })
	if f.at(fr.Back) < 0 || fr.Back == fr.Step {
		fr.Back = ""
	}
	fr.Visit = seq
}

// lost tells staff that what a person had filled in could not be kept. The log
// says whose and which; a backup from before that turn has it.
func (e *Engine) lost(t *Turn, why error) {
	fr := t.session.Open
	t.log.ErrorContext(t.ctx, "an open flow cannot be read", "event", t.Event.Key, "conversation", t.Event.From.String(),
		"turn", t.session.Seq, "flow", fr.Flow, "step", fr.Step, "version", fr.Version, "bytes", len(fr.Data), "error", why)
	t.Alert(alertLost.With(Fault{Key: string(t.Event.Key), Place: placeOf(fr)}), store.RoleSupervisor, store.RoleOwner)
}

func placeOf(fr bot.Frame) string {
	if fr.Step == "" {
		return fr.Flow
	}
	return fr.Flow + "/" + fr.Step
}
