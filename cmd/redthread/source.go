package main

import (
	"cmp"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"redthread/store"
)

type sourceCommand struct {
	New    sourceNew    `cmd:"" help:"Make a link and a QR code by which newcomers come, for a campaign or in a matchmaker's name."`
	Show   sourceShow   `cmd:"" help:"Show a source's link and QR code again; a code that has run out is made anew."`
	List   sourceList   `cmd:"" help:"Count what came of each source."`
	Retire sourceRetire `cmd:"" help:"End a source: who comes by it is welcomed like anybody."`
}

// qrCodes says how long WeChat's code is to be good.
type qrCodes struct {
	Days int `placeholder:"N" help:"How long WeChat's QR code is good: 1 to 30 days. Without it, for ever; an account has 100,000 of those."`
}

func (q qrCodes) Validate() error {
	if q.Days < 0 || q.Days > 30 {
		return fmt.Errorf("--days: %d; expected 1 to 30, or 0 for ever", q.Days)
	}
	return nil
}

func (q qrCodes) valid() time.Duration { return time.Duration(q.Days) * 24 * time.Hour }

type sourceNew struct {
	Name       string `arg:"" help:"What staff call it: 春季相亲会海报."`
	Matchmaker int64  `placeholder:"ID" help:"The colleague whose clients the newcomers become, by the number that staff list shows."`
	Campaign   string `placeholder:"NAME" help:"What it is counted with."`
	qrCodes    `embed:""`
}

// Run keeps the source before the platforms are asked: should one of them not
// answer, source show asks again.
func (n sourceNew) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	src, err := s.NewSource(t, store.Source{Name: n.Name, Campaign: n.Campaign, Matchmaker: n.Matchmaker})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("nobody with the number %d works here; see `redthread staff list`", n.Matchmaker)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "✓ %s is %s\n", src.Name, src.Code)
	return showSource(t, src.Code, n.valid())
}

type sourceShow struct {
	Code    string `arg:"" help:"The source's code, as source list shows it."`
	qrCodes `embed:""`
}

func (c sourceShow) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.Sources(t)
	if err != nil {
		return err
	}
	for _, src := range all {
		if src.Code == c.Code && src.RetiredAt.IsZero() {
			return showSource(t, src.Code, c.valid())
		}
	}
	return noSource(c.Code)
}

func noSource(code string) error {
	return fmt.Errorf("there is no source %q in use; see `redthread source list`", code)
}

// showSource asks the platforms for what leads to us with the code.
func showSource(t *terminal, code string, valid time.Duration) (err error) {
	p, err := openPlatforms(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close(t)) }()
	var errs []error
	if p.telegram != nil {
		name, err := p.telegram.Username(t)
		if err == nil {
			fmt.Fprintf(t.out, "Telegram link:\n  https://t.me/%s?start=%s\n", name, code)
		}
		errs = append(errs, err)
	}
	if p.wechat != nil {
		qr, err := p.wechat.QRCode(t, code, valid)
		if err == nil {
			until := "for ever"
			if !qr.Until.IsZero() {
				until = "until " + qr.Until.In(p.Agency.Location()).Format("2006-01-02 15:04")
			}
			fmt.Fprintf(t.out, "WeChat QR code, good %s; open it in a browser and save the picture:\n  %s\n", until, qr.Picture)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

type sourceList struct{}

func (sourceList) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.Sources(t)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(t.out, "None yet. Make one with `redthread source new NAME --matchmaker ID`.")
		return nil
	}
	staff, err := s.StaffList(t)
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, p := range staff {
		names[p.ID] = p.Name
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tNAME\tCAMPAIGN\tMATCHMAKER\tSINCE\tVISITS\tPEOPLE\tNEWCOMERS\tPROFILES\tCOMPLAINTS")
	for _, src := range all {
		since := src.CreatedAt.In(c.Agency.Location()).Format(time.DateOnly)
		if !src.RetiredAt.IsZero() {
			since += " (retired)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\n", src.Code, src.Name, cmp.Or(src.Campaign, "-"), cmp.Or(names[src.Matchmaker], "-"), since,
			src.Visits, src.Clients, src.Newcomers, src.Profiles, src.Complaints)
	}
	return w.Flush()
}

type sourceRetire struct {
	Code string `arg:"" help:"The source's code, as source list shows it."`
}

func (r sourceRetire) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.RetireSource(t, r.Code)
	if errors.Is(err, store.ErrNotFound) {
		return noSource(r.Code)
	}
	if err == nil {
		fmt.Fprintf(t.out, "✓ %s leads to nobody any more; its clients stay whose they are\n", r.Code)
	}
	return err
}
