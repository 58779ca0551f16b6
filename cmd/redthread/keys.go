package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"redthread/bot/config"
	"redthread/store"
	"redthread/store/seal"
)

type keysCommand struct {
	Create keysCreate `cmd:"" help:"Make a new keyset in the file that the setting keys names. One that is there stays."`
	List   keysList   `cmd:"" help:"List the keys of the keyset by number."`
	Rotate keysRotate `cmd:"" help:"Seal everything anew under a new key, while the program runs. May be stopped and run again."`
	Prune  keysPrune  `cmd:"" help:"Remove the old keys, once nothing is sealed under them."`

	Reindex keysReindex `cmd:"" help:"Find phone numbers by a new secret. For when others may have seen the keyset; clients who give a number wait meanwhile."`
}

type keysReindex struct{}

func (keysReindex) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	n, err := s.Reindex(t)
	if err == nil {
		fmt.Fprintf(t.out, "%d phone numbers are found by a new secret.\n", n)
	}
	return err
}

type keysCreate struct{}

func (keysCreate) Run(t *terminal) error {
	c, err := config.Load(t.config)
	if err != nil {
		return err
	}
	if err := seal.Create(c.Keys); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s is made. Keep a copy in a safe place, apart from the database: what is sealed under it cannot be read without it.\n", c.Keys)
	return nil
}

type keysList struct{}

func (keysList) Run(t *terminal) error {
	c, err := config.Load(t.config)
	if err != nil {
		return err
	}
	box, err := openKeys(c)
	if err != nil {
		return err
	}
	for _, k := range box.Keys() {
		what := "opens"
		if k.Primary {
			what = "seals and opens"
		}
		fmt.Fprintf(t.out, "%10d  %s\n", k.ID, what)
	}
	return nil
}

type keysRotate struct {
	Prepare bool `help:"Only add the new key. Where the program runs on several machines: copy the file to all of them then, and run keys rotate."`
}

// Run takes a rotation one step on, from wherever it stands: one key: a new one
// is added; a new key that does not seal yet: it does from now on; then whatever
// is under another key is sealed anew.
func (r keysRotate) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all := s.Keys().Keys()
	if r.Prepare {
		return prepare(t, c, all)
	}
	if newest := all[len(all)-1]; len(all) > 1 && newest.Primary {
		fmt.Fprintf(t.out, "A rotation is under way; it goes on. Key %d seals.\n", newest.ID)
	} else if err := useNewest(t, c, all); err != nil {
		return err
	}
	if _, err := s.Keys().Reload(); err != nil {
		return err
	}
	if err := reseal(t, s); err != nil {
		return err
	}
	no, err := s.NewAuditKey(t)
	if err == nil {
		fmt.Fprintf(t.out, "The audit log goes on under secret %d.\n", no)
	}
	return err
}

func prepare(t *terminal, c *config.Config, all []seal.Key) error {
	if len(all) > 1 {
		return errors.New("there is more than one key already: a rotation is under way; finish it with `redthread keys rotate` and `redthread keys prune`")
	}
	id, err := seal.AddKey(c.Keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Key %d is added and does not seal yet. Copy %s to every machine that runs the program, wait a minute, then run `redthread keys rotate` on one of them and copy the file again.\n", id, c.Keys)
	return nil
}

// useNewest has the newest key seal, after adding it where there is only one.
func useNewest(t *terminal, c *config.Config, all []seal.Key) (err error) {
	id := all[len(all)-1].ID
	if len(all) == 1 {
		if id, err = seal.AddKey(c.Keys); err != nil {
			return err
		}
	}
	if err := seal.UseKey(c.Keys, id); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Key %d seals from now on; keep a copy of %s. Processes that run take it up within seconds.\n", id, c.Keys)
	return nil
}

// untilTakenUp is how long a running process may take to notice a new keyset.
// Tests do not wait so long.
var untilTakenUp = 6 * time.Second

// reseal goes over everything until a round finds nothing: processes that run
// may still have sealed under the old key during the first one.
func reseal(t *terminal, s *store.Store) error {
	const rounds = 4
	var broken int
	for n := range rounds {
		left := 0
		broken = 0
		report := progress{t: t}
		if err := s.Reseal(t, func(r store.Sealed) { report.show(r) }); err != nil {
			return fmt.Errorf("stopped, and can be taken up again: %w", err)
		}
		for _, r := range report.last {
			left += r.Other - r.Broken
			broken += r.Broken
		}
		if left == 0 {
			break
		}
		if n == rounds-1 {
			return errors.New("something still seals under an old key: a process has not taken up the new keyset; see its log, then run `redthread keys rotate` again")
		}
		if err := pause(t, untilTakenUp); err != nil {
			return err
		}
	}
	if broken > 0 {
		fmt.Fprintf(t.out, "%d values cannot be opened with any key and stay as they are.\n", broken)
	}
	fmt.Fprintln(t.out, "Everything is under the new key. `redthread keys prune` removes the old one; backups made before need it, so keep a copy with them.")
	return nil
}

func pause(t *terminal, d time.Duration) error {
	select {
	case <-t.Done():
		return t.Err()
	case <-time.After(d):
		return nil
	}
}

// progress prints how far a round has come, every two seconds and at the end of
// each kind.
type progress struct {
	t    *terminal
	at   time.Time
	last map[string]store.Sealed
}

func (p *progress) show(r store.Sealed) {
	if p.last == nil {
		p.last = map[string]store.Sealed{}
	}
	end := p.last[r.What] == r || r.Done+r.Broken == r.Other
	if r.Other > 0 && p.last[r.What] != r && (end || time.Since(p.at) > 2*time.Second) {
		fmt.Fprintf(p.t.out, "%-20s %d of %d\n", r.What, r.Done+r.Broken, r.Other)
		p.at = time.Now()
	}
	p.last[r.What] = r
}

type keysPrune struct{}

// settled is how long a keyset must have lain unchanged before a key is removed:
// processes look at it every few seconds.
const settled = 5 * time.Minute

func (keysPrune) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all := s.Keys().Keys()
	switch info, err := os.Stat(c.Keys); {
	case err != nil:
		return fmt.Errorf("keys: %w", err)
	case len(all) == 1:
		fmt.Fprintln(t.out, "There is one key, and it is in use.")
		return nil
	case !all[len(all)-1].Primary:
		return errors.New("the newest key does not seal yet; run `redthread keys rotate` first")
	case time.Since(info.ModTime()) < settled:
		return fmt.Errorf("%s was changed %v ago; wait until %v have passed, so that every process has taken it up", c.Keys, time.Since(info.ModTime()).Round(time.Second), settled)
	}
	if waiting, err := filepath.Glob(filepath.Join(c.Spool, "*.spool")); err != nil || c.Spool != "" && len(waiting) > 0 {
		return fmt.Errorf("events that the old key sealed lie in %s, until the database has taken them; wait until redthread_spool_records is 0 on every machine", c.Spool)
	}
	for _, k := range all {
		if k.Primary {
			continue
		}
		if err := prune(t, s, c, k.ID); err != nil {
			return err
		}
	}
	return nil
}

func prune(t *terminal, s *store.Store, c *config.Config, key uint32) error {
	left, err := s.SealedUnder(t, key)
	if err != nil {
		return err
	}
	for _, r := range left {
		if n := r.Other - r.Broken; n > 0 {
			return fmt.Errorf("%d of %s are still sealed under key %d; run `redthread keys rotate`", n, r.What, key)
		}
	}
	if err := seal.RemoveKey(c.Keys, key); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "Key %d is removed from %s. Backups made before today may need it: keep the old copy with them.\n", key, c.Keys)
	return nil
}
