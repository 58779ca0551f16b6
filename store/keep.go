package store

import "time"

// Keep says how long each kind of record is kept: as short as its purpose allows
// (PIPL 19), and as long as the law or the agency's duty to answer for itself
// demands. A zero one means what stands behind it.
type Keep struct {
	Drafts     time.Duration // a profile that was not finished, from its last change: 180 days
	Profiles   time.Duration // a finished one, from the client's last sign of life: 3 years
	Left       time.Duration // all of a client who has left us in every chat, from that day: 30 days
	Complaints time.Duration // from their closing: 3 years
	Questions  time.Duration // from their answer: 3 years
	Talks      time.Duration // what was said and played, from that day: 1 year
	Media      time.Duration // pictures that belong to no paper: 180 days
	Consents   time.Duration // from the day they no longer held: 3 years (PIPL 55–56)
	Proofs     time.Duration // records of erasures: 5 years
}

const (
	keepDay  = 24 * time.Hour
	keepYear = 365 * keepDay
)

// FilledIn puts what stands behind each zero one in its place.
func (k Keep) FilledIn() Keep {
	or := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	or(&k.Drafts, 180*keepDay)
	or(&k.Profiles, 3*keepYear)
	or(&k.Left, 30*keepDay)
	or(&k.Complaints, 3*keepYear)
	or(&k.Questions, 3*keepYear)
	or(&k.Talks, keepYear)
	or(&k.Media, 180*keepDay)
	or(&k.Consents, 3*keepYear)
	or(&k.Proofs, 5*keepYear)
	return k
}
