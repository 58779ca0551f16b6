package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"redthread/bot/config"
	"redthread/flows"
	"redthread/store"
	"redthread/templates"
)

type incidentCommand struct {
	From     string `required:"" placeholder:"TIME" help:"When it may have begun: 2026-03-06, \"2026-03-06 14:00\", or two days ago as 48h."`
	To       string `placeholder:"TIME" help:"When it ended; otherwise now."`
	Staff    int64  `placeholder:"NUMBER" help:"Only what this colleague saw; the number is staff list's."`
	Client   string `placeholder:"K-000012" help:"Only this client."`
	Database bool   `help:"A copy of the database is in others' hands, and the keyset with it: everything of everybody."`
	Out      string `placeholder:"DIR" help:"Write the list and the drafts of the notices into this folder, which must not be there yet."`
	Names    bool   `help:"Put names and phone numbers into the list. Each is on record."`
}

// Run says whom a leak concerns, and drafts the notices.
func (x incidentCommand) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	scope, err := x.scope(c, s.Now())
	if err != nil {
		return err
	}
	found, err := s.Incident(t, scope)
	if err != nil {
		return err
	}
	tellAffected(t, c, found)
	if x.Out == "" {
		if x.Names {
			return errors.New("--names goes into the list that --out writes")
		}
		return nil
	}
	return x.write(t, s, c, scope, found)
}

func (x incidentCommand) scope(c *config.Config, now time.Time) (q store.IncidentScope, err error) {
	q = store.IncidentScope{Staff: x.Staff, Client: x.Client, Database: x.Database, To: now}
	if x.Client != "" && store.ClientOf(x.Client) == 0 {
		return q, fmt.Errorf("%q is no client's number; expected one like K-000012", x.Client)
	}
	if q.From, err = readTime(x.From, now, c.Agency.Location()); err != nil {
		return q, err
	}
	if x.To != "" {
		if q.To, err = readTime(x.To, now, c.Agency.Location()); err != nil {
			return q, err
		}
	}
	if !q.From.Before(q.To) {
		return q, errors.New("--from must be before --to")
	}
	return q, nil
}

func tellAffected(t *terminal, c *config.Config, found []store.Affected) {
	if len(found) == 0 {
		fmt.Fprintln(t.out, "Nobody, as far as the audit log and the tables tell.")
		return
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CLIENT\tFIRST\tLAST\tBY\tWHAT")
	for _, a := range found {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Client.Code(), minuteOf(c, a.First), minuteOf(c, a.Last), dash(strings.Join(a.By, " ")), strings.Join(a.Kinds, " "))
	}
	_ = w.Flush() // to the terminal
	fmt.Fprintf(t.out, "%d clients.\n", len(found))
}

func minuteOf(c *config.Config, at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(c.Agency.Location()).Format("2006-01-02 15:04")
}

// write makes the folder: affected.csv, authority.LANG.txt, clients/CODE.LANG.txt.
func (x incidentCommand) write(t *terminal, s *store.Store, c *config.Config, scope store.IncidentScope, found []store.Affected) error {
	texts, err := templates.Load(textOptions(c))
	if err != nil {
		return err
	}
	drafts, err := flows.Drafts(texts, agency(c), found, scope.From, scope.To)
	if err != nil {
		return err
	}
	if err := os.Mkdir(x.Out, 0o700); err != nil {
		return fmt.Errorf("make the folder of the incident: %w", err)
	}
	if err := os.Mkdir(filepath.Join(x.Out, "clients"), 0o700); err != nil {
		return fmt.Errorf("make the folder of the incident: %w", err)
	}
	for _, d := range drafts {
		name := filepath.Join("clients", d.Client+"."+d.Lang+".txt")
		if d.Client == "" {
			name = "authority." + d.Lang + ".txt"
		}
		if err := os.WriteFile(filepath.Join(x.Out, name), []byte(d.Text+"\n"), 0o600); err != nil {
			return fmt.Errorf("write a notice: %w", err)
		}
	}
	if err := x.writeList(t, s, c, found); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	fmt.Fprintf(t.out, "%d drafts and affected.csv are in %s. Each has gaps to fill in: look for 【待填 and [FILL IN.\n", len(drafts), x.Out)
	return nil
}

func (x incidentCommand) writeList(t *terminal, s *store.Store, c *config.Config, found []store.Affected) error {
	head := []string{"client", "platform", "language", "erased", "first", "last", "by", "kinds"}
	var names map[int64]store.Reached
	if x.Names {
		var ids []int64
		for _, a := range found {
			if a.Client.ErasedAt.IsZero() {
				ids = append(ids, a.Client.ID)
			}
		}
		var err error
		if names, err = s.Reach(t, ids); err != nil {
			return err
		}
		head = append(head, "name", "phone")
	}
	f, err := os.OpenFile(filepath.Join(x.Out, "affected.csv"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	rows := [][]string{head}
	for _, a := range found {
		row := []string{a.Client.Code(), a.Client.Conversation.Channel, a.Client.Lang, yesNo(!a.Client.ErasedAt.IsZero()), minuteOf(c, a.First), minuteOf(c, a.Last), strings.Join(a.By, " "), strings.Join(a.Kinds, " ")}
		if x.Names {
			row = append(row, harmless(names[a.Client.ID].Name), names[a.Client.ID].Phone)
		}
		rows = append(rows, row)
	}
	return errors.Join(w.WriteAll(rows), f.Close())
}

// harmless keeps a spreadsheet from taking what a client wrote for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
