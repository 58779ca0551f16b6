package store

import "time"

// KeptIntroduction is somebody who was brought to the person: what they said to it
// and gave of theirs. Of the other it holds nothing.
type KeptIntroduction struct {
	Number string
	State  IntroState
	At     time.Time // when they were asked, or the other was, the last time
	Passed time.Time // zero: no contact has passed
	Said   []KeptStep
	Why    string       // why they declined; empty: they did not, or did not say
	Gave   IntroContact // what they chose to give; the zero one: nothing, or it is erased
}

// KeptPackage is what they have paid for.
type KeptPackage struct {
	Total, Used int
	From, Until time.Time
}

func (k *keeping) introductions() error {
	const most = 1000 // more nobody is brought in a life
	all, err := k.tx.IntroductionsOf(k.person, most)
	if err != nil {
		return err
	}
	for _, i := range all {
		one := KeptIntroduction{Number: i.Number(), State: i.State, At: i.Asked, Passed: i.Passed}
		var row introductionRow
		if err := k.tx.read("read introduction", &row, "id = ?", i.ID); err != nil {
			return err
		}
		both, err := k.tx.contacts(row)
		if err != nil {
			return err
		}
		if one.Gave = both.B; k.person == i.A {
			one.Gave = both.A
		}
		steps, err := k.tx.IntroSteps(i)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if s.Client == k.person {
				one.Said, one.Why = append(one.Said, KeptStep{s.Kind, s.At}), s.Why
			}
		}
		k.Introductions = append(k.Introductions, one)
	}
	return nil
}

func (k *keeping) packages() error {
	rows, err := rowsOf[packageRow](k, "until_at")
	for _, r := range rows {
		k.Packages = append(k.Packages, KeptPackage{r.Total, r.Used, fromMillis(r.FromAt), fromMillis(r.UntilAt)})
	}
	return err
}
