package flows

import (
	"fmt"
	"hash/crc32"
	"strings"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A supervisor makes somebody a matchmaker's client, from the client's card. The
// matchmaker hears of it at once, the client when the agency is open. It is played
// in testdata/own_clients.zh-CN.chat.

// assignView is who can look after a client.
type assignView struct {
	Client, Owner string // Owner is empty when nobody looks after them
	All           []matchmakerView
}

type matchmakerView struct {
	Name    string
	Clients int
	Duty    string
}

// assignCard asks who shall look after a client. Its ref is the client's code, and
// a mark of whom it lists: a list that has changed is shown anew.
func assignCard(s Settings) dialog.Card[assignView] {
	return dialog.Card[assignView]{Text: assignText, Hear: pressAssign(s), Staff: who(AssignClient)}
}

var (
	assignText = templates.New[assignView]("staff.assign")

	sayAssigned    = templates.New[othersClient]("staff.assigned")    // to who did it
	sayYourClient  = templates.New[othersClient]("staff.your_client") // to the matchmaker; Owner is who did it
	sayNotYoursNow = templates.New[othersClient]("staff.no_longer_yours")

	// sayNewMatchmaker tells a client who looks after them now.
	sayNewMatchmaker = templates.New[newcomerView]("source.new_matchmaker")
)

// mostMatchmakers is how many a card lists.
const mostMatchmakers = 20

// canOwn lists who can look after clients, and a mark of the list.
func canOwn(t *dialog.Turn) (all []store.Staff, mark string, err error) {
	all, err = t.Records.StaffOf(who(HaveClients)...)
	all = all[:min(len(all), mostMatchmakers)]
	return all, markOf(all), err
}

// markOf is a mark of a list of colleagues: another list has another.
func markOf(all []store.Staff) string {
	var codes []string
	for _, st := range all {
		codes = append(codes, st.Code())
	}
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(strings.Join(codes, " "))))
}

func showAssign(t *dialog.Turn, s Settings, c store.Client) error {
	all, mark, err := canOwn(t)
	if err != nil {
		return err
	}
	v := assignView{Client: c.Code()}
	for _, st := range all {
		hand, err := t.Records.InHand(st.ID)
		if err != nil {
			return err
		}
		v.All = append(v.All, matchmakerView{st.Name, hand.Clients, string(st.Duty)})
		if st.ID == c.OwnerID {
			v.Owner = st.Name
		}
	}
	t.Say(assignCard(s).For(c.Code()+"/"+mark, v))
	return nil
}

func pressAssign(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		code, listed, _ := strings.Cut(ref, "/")
		c, ok, err := known(t, code)
		if !ok {
			return err
		}
		all, mark, err := canOwn(t)
		if err != nil {
			return err
		}
		_, i, each := templates.Index(choice)
		switch {
		case each && (mark != listed || i >= len(all)):
			return showAssign(t, s, c)
		case each:
			return assign(t, s, c, all[i])
		case choice == "nobody":
			return assign(t, s, c, store.Staff{})
		}
		return gone(t, store.ErrNotFound)
	}
}

// assign makes the client the colleague's, nobody's with the zero Staff, and tells
// whom it concerns.
func assign(t *dialog.Turn, s Settings, c store.Client, to store.Staff) error {
	me, _ := t.Staff()
	t.Say(sayAssigned.With(othersClient{c.Code(), to.Name}))
	if to.ID == c.OwnerID {
		return nil
	}
	if before, err := t.Records.Owner(c); err == nil && before.ID != me.ID {
		t.Inform(before.Conversation, before.Lang, sayNotYoursNow.With(othersClient{c.Code(), to.Name}))
	}
	if err := t.Records.Assign(me, c.ID, to); err != nil || to.ID == 0 {
		return err
	}
	if to.ID != me.ID {
		t.Inform(to.Conversation, to.Lang, sayYourClient.With(othersClient{c.Code(), me.Name}))
	}
	t.Records.LaterFor(c.Conversation, store.NewsNewOwner, c.Code(), s.Calendar.NextOpen(t.Now()))
	return nil
}

// ownerChanged tells a client who looks after them from now on.
func ownerChanged(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsNewOwner, Play: func(t *dialog.Turn, ref string) error {
		if open := s.Calendar.NextOpen(t.Now()); open.After(t.Now()) {
			t.Later(store.NewsNewOwner, ref, open)
			return nil
		}
		c, err := t.Records.Self(t.Lang())
		if err != nil || !c.LeftAt.IsZero() {
			return err
		}
		owner, err := t.Records.Owner(c)
		if err != nil {
			return ignoreNotFound(err)
		}
		t.Say(sayNewMatchmaker.With(newcomerView{Client: c.Code(), Matchmaker: owner.Name}))
		return nil
	}}
}
