// Package queue decides which colleague is asked to come to which waiting client.
//
// Clients are served in the order in which they came. Each is offered to one
// colleague at a time: to their own matchmaker, if that one is there and has room,
// and else to whoever has least to do, of those who speak their language. Who has
// been asked and did not come is not asked again until everybody has been; then
// everybody is called. Nobody is asked for more than they have room for, nor while
// nothing would reach them.
//
// It is a rule and keeps nothing: what goes in is read, and what comes out is
// written, by those who call it.
package queue

import (
	"cmp"
	"slices"
	"time"
)

// Colleague is somebody who is at work.
type Colleague struct {
	ID    int64
	Room  int       // how many clients more they can take, offers counted
	Load  int       // how many they have, offers counted
	Langs []string  // empty: any
	Last  time.Time // when they were last offered or given a client; zero: never
	First bool      // they are asked one by one; the others come when everybody is called
	Deaf  bool      // nothing reaches them at the moment
}

func (c Colleague) speaks(lang string) bool {
	return len(c.Langs) == 0 || lang == "" || slices.Contains(c.Langs, lang)
}

// Client is somebody who waits and whom nobody is asked about at the moment.
type Client struct {
	ID     int64
	Owner  int64   // their own matchmaker; 0: none
	Lang   string  // empty: not known
	Asked  []int64 // who has been asked
	Called bool    // everybody has been
}

// Everybody stands for a colleague where everybody is to be called.
const Everybody int64 = 0

// Offer is that a client is to be offered to a colleague, or to Everybody.
type Offer struct{ Client, To int64 }

// Deal says what is to be done for the clients, who are in the order in which they
// came. For whom there is no offer nothing can be done now: all who could come
// have as many as they can take.
func Deal(clients []Client, colleagues []Colleague) []Offer {
	all := slices.Clone(colleagues)
	var offers []Offer
	for _, c := range clients {
		to, wait := pick(c, all)
		switch {
		case to >= 0:
			all[to].Room--
			all[to].Load++
			offers = append(offers, Offer{c.ID, all[to].ID})
		case !wait && !c.Called:
			offers = append(offers, Offer{c.ID, Everybody})
		}
	}
	return offers
}

// pick finds who is to be asked, or -1; wait says that somebody could be asked if
// they had room, and nobody has been yet.
func pick(c Client, all []Colleague) (to int, wait bool) {
	spoken := slices.ContainsFunc(all, func(o Colleague) bool { return o.First && !o.Deaf && o.speaks(c.Lang) })
	to = -1
	for i, o := range all {
		switch {
		case !o.First && o.ID != c.Owner, o.Deaf, slices.Contains(c.Asked, o.ID):
		case o.Room > 0 && o.ID == c.Owner:
			return i, false
		case spoken && !o.speaks(c.Lang):
		case o.Room <= 0:
			wait = true
		case to < 0 || less(o, all[to]):
			to = i
		}
	}
	return to, wait && len(c.Asked) == 0
}

// less says that a is to be asked before b: who has less to do, then who has waited
// longer for a client, then who came to the agency first.
func less(a, b Colleague) bool {
	return cmp.Or(cmp.Compare(a.Load, b.Load), a.Last.Compare(b.Last), cmp.Compare(a.ID, b.ID)) < 0
}
