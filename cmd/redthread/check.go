package main

import (
	"errors"
	"fmt"

	"redthread/bot/config"
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
	if !checkTexts(t, textOptions(c)) || !fine {
		return errNotInOrder
	}
	return nil
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
