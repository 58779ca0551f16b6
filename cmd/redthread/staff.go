package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"redthread/store"
)

type staffCommand struct {
	Invite   staffInvite   `cmd:"" help:"Make a code with which one colleague comes in."`
	List     staffList     `cmd:"" help:"List everybody who works here or once did."`
	Revoke   staffRevoke   `cmd:"" help:"End a colleague's access at once."`
	Handover staffHandover `cmd:"" help:"End a colleague's access and give what they had in hand to another."`
	Assign   staffAssign   `cmd:"" help:"Make a client a matchmaker's own."`
}

type staffInvite struct {
	Role string `required:"" enum:"owner,supervisor,matchmaker,service" help:"What the colleague will be: ${enum}."`
	Lang string `default:"zh-CN" enum:"zh-CN,en" help:"The language of the note to pass on: ${enum}."`
}

// notes tell the colleague what to do with the code.
var notes = map[string]string{
	"zh-CN": "请在我们的微信公众号或 Telegram 机器人里发送这个邀请码（%s前有效，只能用一次）：\n\n%s\n",
	"en":    "Send this code to our WeChat account or our Telegram bot (good until %s, once only):\n\n%s\n",
}

// Run prints the note to pass on. The code is kept nowhere.
func (i staffInvite) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	until := s.Now().Add(c.Staff.InviteExpires).In(c.Agency.Location())
	code, err := s.Invite(t, store.Role(i.Role), c.Staff.InviteExpires)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, notes[i.Lang], until.Format("2006-01-02 15:04"), code)
	return nil
}

type staffList struct{}

func (staffList) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.StaffList(t)
	if err != nil {
		return err
	}
	pledges, err := s.Pledges(t)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(t.out, "Nobody yet. Invite a colleague with `redthread staff invite --role service`.")
		return nil
	}
	day := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return at.In(c.Agency.Location()).Format(time.DateOnly)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tROLE\tNAME\tPLATFORM\tSINCE\tUNTIL\tDUTY\tAT ONCE\tPLEDGE\tSINCE")
	for _, p := range all {
		duty := string(p.Duty)
		if !p.RevokedAt.IsZero() {
			duty = "-"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", p.ID, p.Role, p.Name, chatsOf(p), day(p.EnrolledAt), day(p.RevokedAt), duty, p.Capacity,
			dash(pledges[p.ID].Version), day(pledges[p.ID].At))
	}
	return w.Flush()
}

// chatsOf is where a colleague has chats, the one where they are best reached
// first.
func chatsOf(p store.Staff) string {
	var all []string
	for _, c := range p.Chats {
		all = append(all, c.Channel)
	}
	return strings.Join(all, "+")
}

type staffRevoke struct {
	ID int64 `arg:"" help:"The colleague's number, as staff list shows it."`
}

// Run is a handover by load.
func (r staffRevoke) Run(t *terminal) error { return staffHandover{From: r.ID}.Run(t) }

type staffHandover struct {
	From int64 `arg:"" help:"The number of who leaves, as staff list shows it."`
	To   int64 `help:"The number of who takes everything their role can take; otherwise who has least of each."`
}

// Run ends a colleague's access and gives what they had in hand to others. What it
// does is done whole or not at all.
func (c staffHandover) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	h, err := s.HandOver(t, c.From, c.To)
	if errors.Is(err, store.ErrNotFound) {
		missing := fmt.Sprintf("nobody with the number %d works here", c.From)
		if c.To != 0 {
			missing += fmt.Sprintf(", or nobody with the number %d", c.To)
		}
		return fmt.Errorf("%s; see `redthread staff list`", missing)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Access of number %d has ended (%s). Handed over: %d clients, %d talks, %d complaints, %d questions.\n", c.From, h.Number(),
		h.Count(store.HandedClient), h.Count(store.HandedTalk), h.Count(store.HandedComplaint), h.Count(store.HandedQuestion))
	for _, i := range h.Items {
		if i.To == 0 {
			fmt.Fprintf(t.out, "%s\toffered to the others\n", i.Ref())
			continue
		}
		fmt.Fprintf(t.out, "%s\tto number %d\n", i.Ref(), i.To)
	}
	return nil
}

type staffAssign struct {
	Client string `arg:"" help:"The client's code, as K-000012."`
	To     int64  `required:"" help:"The matchmaker's number, as staff list shows it."`
}

func (a staffAssign) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.AssignClient(t, a.Client, a.To)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no client %s, or nobody with the number %d works here", a.Client, a.To)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Number %d looks after %s from now on. The client is told during working hours.\n", a.To, a.Client)
	return nil
}
