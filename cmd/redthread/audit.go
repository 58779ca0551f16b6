package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"redthread/bot/config"
	"redthread/store"
)

type auditCommand struct {
	List   auditList   `cmd:"" help:"List who looked at what, and who changed whose rights."`
	Verify auditVerify `cmd:"" help:"Walk along the log and say where it was changed."`
	Head   auditHead   `cmd:"" help:"Print where the log ends, to be noted elsewhere: it shows later that nothing was cut off."`
}

type auditList struct {
	Client   string `placeholder:"K-000012" help:"Only what concerns this client."`
	Staff    int64  `placeholder:"NUMBER" help:"Only what this colleague did; the number is staff list's."`
	Operator bool   `help:"Only what was done by commands."`
	Action   string `placeholder:"read." help:"Only actions that begin so: read., rights., client., copy., refused, operator."`
	Since    string `placeholder:"TIME" help:"Only from then on: 2026-03-06, \"2026-03-06 14:00\", or 2h ago as 2h."`
	Until    string `placeholder:"TIME" help:"Only before then."`
	Most     int    `short:"n" default:"200" help:"How many, the newest."`
}

// Run lists; that it was called is in the log too.
func (l auditList) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	q, err := l.query(c, s.Now())
	if err != nil {
		return err
	}
	all, err := s.AuditList(t, q)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%q is no client's number; expected one like K-000012", l.Client)
	}
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(t.out, "None.")
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tWHEN\tWHO\tROLE\tWHAT\tOF\tBESIDES\tWHY")
	for _, e := range all {
		why := printable([]byte(e.Reason))
		if e.Told && why == "" {
			why = "(gone)"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.Seq, e.At.In(c.Agency.Location()).Format(time.DateTime), e.By.Name, dash(string(e.By.Role)), e.Action, dash(e.Subject), dash(e.Detail), dash(why))
	}
	return w.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (l auditList) query(c *config.Config, now time.Time) (q store.AuditQuery, err error) {
	q = store.AuditQuery{Client: l.Client, Action: l.Action, Most: max(l.Most, 1)}
	if l.Staff != 0 {
		q.Actor = store.Staff{ID: l.Staff}.Code()
	}
	if l.Operator {
		q.Actor = store.Operator("").Name
	}
	var errs [2]error
	q.Since, errs[0] = readTime(l.Since, now, c.Agency.Location())
	q.Until, errs[1] = readTime(l.Until, now, c.Agency.Location())
	return q, errors.Join(errs[:]...)
}

// readTime reads a day, a time of a day, or how long ago; empty: the zero time.
func readTime(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(s); err == nil && ago > 0 {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", time.DateTime, "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.ParseInLocation(layout, s, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; expected 2026-03-06, \"2026-03-06 14:00\", or 2h for two hours ago", s)
}

type auditVerify struct {
	Since []string `name:"since-anchor" placeholder:"ANCHOR" help:"An anchor that was noted before, as audit head prints it: shows that nothing was cut off since. May be given more than once."`
}

// Run exits with 1 when the log is broken.
func (v auditVerify) Run(t *terminal) (err error) {
	var anchors []store.Anchor
	for _, given := range v.Since {
		a, err := store.ParseAnchor(given)
		if err != nil {
			return err
		}
		anchors = append(anchors, a)
	}
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	proof, err := s.ProveAudit(t, anchors...)
	if err != nil {
		return err
	}
	for _, f := range proof.Faults {
		fmt.Fprintf(t.out, "✗ entry %d: %s\n", f.Seq, f.What)
	}
	if len(proof.Faults) > 0 {
		return fmt.Errorf("the audit log was changed: %d faults in %d entries; keep a copy of the database as it is", len(proof.Faults), proof.Entries)
	}
	fmt.Fprintf(t.out, "✓ %d entries follow each other unchanged; the head is %s\n", proof.Entries, proof.Head)
	if proof.ReasonsGone > 0 {
		fmt.Fprintf(t.out, "%d reasons are gone, with their clients or by their age.\n", proof.ReasonsGone)
	}
	if len(anchors) == 0 {
		fmt.Fprintln(t.out, "Whether its end was cut off shows with --since-anchor and an anchor that was noted before.")
	}
	return nil
}

type auditHead struct{}

func (auditHead) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	head, err := s.AuditHead(t)
	if err == nil {
		fmt.Fprintln(t.out, head)
	}
	return err
}
