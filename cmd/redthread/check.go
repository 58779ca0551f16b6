package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"redthread/bot/config"
	"redthread/bot/guard"
	"redthread/bot/knowledge"
	"redthread/bot/venues"
	"redthread/templates"
)

var errNotInOrder = errors.New("not everything is in order")

type checkCommand struct{}

// Run looks at everything, so that one round puts all of it right.
func (checkCommand) Run(t *terminal) error {
	c, err := config.Load(t.config)
	if err != nil {
		fmt.Fprintf(t.out, "✗ settings\n%v\n", err)
		// Without settings there is no telling where an agency's own texts are,
		// but the built-in ones can be looked at.
		_ = checkTexts(t, templates.Options{})
		_ = checkAnswers(t, knowledge.Options{})
		_ = checkRules(t, guard.Options{})
		_ = checkVenues(t, venues.Options{})
		return errNotInOrder
	}
	fmt.Fprintln(t.out, "✓ settings")
	fine := true
	if _, err := openKeys(c); err != nil {
		fmt.Fprintf(t.out, "✗ keys\n%v\n", err)
		fine = false
	} else {
		fmt.Fprintln(t.out, "✓ keys")
	}
	checkCalendar(t, c)
	fine = checkTexts(t, textOptions(c)) && fine
	fine = checkAnswers(t, answerOptions(c)) && fine
	fine = checkVenues(t, venueOptions(c)) && fine
	fine = checkGroups(t, c) && fine
	if !checkRules(t, guardOptions(c)) || !fine {
		return errNotInOrder
	}
	return nil
}

// checkGroups asks Telegram about the groups of the staff, if there are any.
func checkGroups(t *terminal, c *config.Config) (fine bool) {
	if !c.Telegram.Enabled || len(c.Telegram.StaffGroups) == 0 {
		return true
	}
	p, err := openPlatforms(t)
	if err == nil {
		err = errors.Join(p.telegram.CheckGroups(t), p.close(t))
	}
	if err != nil {
		fmt.Fprintf(t.out, "✗ groups of the staff\n%v\n", err)
		return false
	}
	fmt.Fprintf(t.out, "✓ groups of the staff (%d)\n", len(c.Telegram.StaffGroups))
	return true
}

// checkCalendar shows what the calendar promises, and the years of which it cannot
// know enough: the State Council arranges each year's holidays in the autumn
// before it.
func checkCalendar(t *terminal, c *config.Config) {
	cal, err := c.WorkingCalendar()
	if err != nil {
		return // it is among the settings that were checked
	}
	now := time.Now().In(c.Agency.Location())
	const form = "Mon 2006-01-02 15:04"
	fmt.Fprintf(t.out, "✓ calendar (asked now, %s, a question is promised an answer before %s)\n", now.Format(form), cal.Add(now, cmp.Or(c.Promises.Answer, cal.Workday())).Format(form))
	for _, year := range []int{now.Year(), now.AddDate(0, 2, 0).Year()} {
		if cal.Guesses(year) {
			fmt.Fprintf(t.out, "  note: calendar.holidays, calendar.workdays: the public holidays of %d are known only as far as the law fixes them; name those and the worked weekends that the State Council has arranged\n", year)
			break
		}
	}
}

func checkTexts(t *terminal, o templates.Options) (fine bool) {
	set, err := templates.Load(o)
	if err != nil {
		fmt.Fprintf(t.out, "✗ texts\n%v\n", err)
		return false
	}
	fmt.Fprintf(t.out, "✓ texts (%d)\n", len(set.Names()))
	for _, w := range set.Warnings() {
		fmt.Fprintf(t.out, "  note: %v\n", w)
	}
	return true
}

func checkAnswers(t *terminal, o knowledge.Options) (fine bool) {
	b, err := knowledge.Load(o)
	if err != nil {
		fmt.Fprintf(t.out, "✗ knowledge\n%v\n", err)
		return false
	}
	fmt.Fprintf(t.out, "✓ knowledge (%d)\n", b.Len())
	for _, w := range b.Warnings() {
		fmt.Fprintf(t.out, "  note: %v\n", w)
	}
	return true
}

func checkVenues(t *terminal, o venues.Options) (fine bool) {
	l, err := venues.Load(o)
	if err != nil {
		fmt.Fprintf(t.out, "✗ venues\n%v\n", err)
		return false
	}
	fmt.Fprintf(t.out, "✓ venues (%d)\n", l.Len())
	for _, w := range l.Warnings() {
		fmt.Fprintf(t.out, "  note: %v\n", w)
	}
	return true
}

func checkRules(t *terminal, o guard.Options) (fine bool) {
	g, err := guard.Load(o)
	if err != nil {
		fmt.Fprintf(t.out, "✗ guard\n%v\n", err)
		return false
	}
	fmt.Fprintf(t.out, "✓ guard (%d rules)\n", g.Len())
	return true
}
