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
	Invite staffInvite `cmd:"" help:"Make a code with which one colleague comes in."`
	List   staffList   `cmd:"" help:"List everybody who works here or once did."`
	Revoke staffRevoke `cmd:"" help:"End a colleague's access at once."`
	Assign staffAssign `cmd:"" help:"Make a client a matchmaker's own."`
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
	fmt.Fprintln(w, "ID\tROLE\tNAME\tPLATFORM\tSINCE\tUNTIL\tDUTY\tAT ONCE")
	for _, p := range all {
		duty := string(p.Duty)
		if !p.RevokedAt.IsZero() {
			duty = "-"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", p.ID, p.Role, p.Name, chatsOf(p), day(p.EnrolledAt), day(p.RevokedAt), duty, p.Capacity)
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

func (r staffRevoke) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.RevokeStaff(t, r.ID)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("nobody with the number %d works here; see `redthread staff list`", r.ID)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Access of number %d has ended. What they had in hand is offered to the others.\n", r.ID)
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
