package flows

import (
	"errors"
	"slices"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Whose clients a colleague may open, besides what their role may do (roles.go): a
// matchmaker her own and those who are nobody's; everybody those with whom they
// talk, or whose paper they have in hand; supervisors and owners all. It is played
// in testdata/own_clients.*.chat.

// othersClient is somebody whom another colleague looks after; Owner is empty when
// nobody does.
type othersClient struct{ Client, Owner string }

var sayOthersClient = templates.New[othersClient]("staff.others_client")

// mayKnow says that the colleague whose turn it is may open the client. owner is
// whose client it is; the zero Staff: nobody's.
func mayKnow(t *dialog.Turn, c store.Client) (ok bool, owner store.Staff, err error) {
	me, colleague := t.Staff()
	if !colleague {
		return false, owner, nil
	}
	owner, err = t.Records.Owner(c)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil || isBoss(me) || owner.ID == me.ID || owner.ID == 0 && may(me.Role, HaveClients) {
		return err == nil, owner, err
	}
	ok, err = t.Records.Concerns(me.ID, c.ID)
	return ok, owner, err
}

// known is the client of that code, if there is one and the colleague may open
// them; otherwise that is said.
func known(t *dialog.Turn, code string) (c store.Client, ok bool, err error) {
	c, err = t.Records.ClientByCode(code)
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayNoClient.With(none{}))
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	ok, err = opens(t, c)
	return c, ok, err
}

// opens says that the colleague may open the client; who may not is told whom to
// ask.
func opens(t *dialog.Turn, c store.Client) (bool, error) {
	ok, owner, err := mayKnow(t, c)
	if err == nil && !ok {
		t.RefuseWith("another's client", sayOthersClient.With(othersClient{c.Code(), owner.Name}))
	}
	return ok, err
}

// mayTake says that the colleague may take a paper of the client: a matchmaker keeps
// off another's client, as long as that one is at work, unless an alert about the
// paper has called her. Who may not is told.
func mayTake(t *dialog.Turn, c store.Client, paper string) (bool, error) {
	me, _ := t.Staff()
	calls, err := t.Records.CallsAbout(paper)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(calls, func(c store.Call) bool { return c.StaffID == me.ID }) {
		return true, nil
	}
	owner, err := t.Records.Owner(c)
	if errors.Is(err, store.ErrNotFound) || err == nil && (owner.ID == me.ID || !may(me.Role, HaveClients) || isBoss(me) || !owner.Working()) {
		return true, nil
	}
	if err == nil {
		t.RefuseWith("paper of another's client", sayOthersClient.With(othersClient{c.Code(), owner.Name}))
	}
	return false, err
}

// ignoreNotFound makes nothing of what is not there any more.
func ignoreNotFound(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
