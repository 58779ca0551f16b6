package flows

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/numeral"
	"redthread/bot/region"
	"redthread/bot/when"
	"redthread/store"
	"redthread/templates"
)

// A matchmaker proposes a date from an introduction's card: a public place, of those
// the agency lists or in her own words, and one to five times. What cannot be is
// refused with the reason before anybody hears of it.

// proposeFlow is opened about an introduction (Y-), or a date (M-) that needs other
// times.
const proposeFlow = "propose_date"

const (
	mostSlots  = 5
	mostVenues = 6 // of the agency's list that are offered
)

func proposing(s Settings) dialog.Flow[planning] {
	return dialog.Flow[planning]{
		Name:   proposeFlow,
		Title:  titleProposeDate,
		Staff:  who(ArrangeDates),
		Always: true,
		Reads:  func(text string) bool { return plannedIntro(text) != "" },
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin:  s.beginPlanning,
		Ready:  s.readyPlanning,
		Steps: []dialog.Step[planning]{
			{Name: "place", Ask: askProposePlace, Want: dialog.Button.Or(dialog.Text(2, 100)), Hear: s.takePlace},
			{Name: "times", Ask: askProposeTimes, Want: dialog.Text(2, 300), Hear: s.takeTimes},
			{Name: "check", Ask: askProposeCheck, Want: dialog.Button, Hear: s.sendPlan, To: []dialog.StepName{"place", "times"}},
		},
	}
}

// planning is a date that is being proposed.
type planning struct {
	PlaceEN, AddressEN string `json:"-"`

	Intro, Date string // which it is about; Date is empty for the first round
	A, B        string // the clients' codes
	Place       store.DatePlace
	Zone        string
	Times       []time.Time

	Venues  []placeView `json:"-"`
	City    string      `json:"-"`
	Attempt int         // which round it is
	Rounds  int         `json:"-"`
}

// placeView is a place of the agency's list, as a matchmaker chooses it.
type placeView struct {
	ID, Name, District string
	Price              int
	Shared             []string // what both like and it offers
}

var (
	titleProposeDate = templates.New[none]("title.propose_date")
	askProposePlace  = templates.New[planning]("propose.place")
	askProposeTimes  = templates.New[planning]("propose.times")
	askProposeCheck  = templates.New[planning]("propose.check")
)

var (
	sayNoIntro    = templates.New[none]("propose.no_intro")
	sayNotBoth    = templates.New[string]("propose.not_both")  // about the introduction's number
	sayDateRuns   = templates.New[dateLine]("propose.running") // they have a date that is still to come
	sayRoundsOver = templates.New[int]("propose.enough")       // so many rounds were tried
	sayNotHome    = templates.New[none]("propose.not_home")
	sayNoTimes    = templates.New[[]string]("propose.no_times") // what could not be read
	sayMisfits    = templates.New[[]misfit]("propose.unfit")
	sayPlanned    = templates.New[dateLine]("propose.sent")
	sayNotPlanned = templates.New[none]("propose.dropped")
)

// dateLine is a date in one line, for colleagues.
type dateLine struct {
	Number, State, A, B string
	At                  time.Time
	Slots               int
}

func dateLineOf(d store.Date) dateLine {
	l := dateLine{Number: d.Number(), State: string(d.State), A: d.Sides[0].Client.Code(), B: d.Sides[1].Client.Code(), Slots: len(d.Slots)}
	if !d.At.IsZero() {
		l.At = d.At.In(d.Zone)
	}
	return l
}

var planForm = regexp.MustCompile(`(?i)^(?:安排见面|安排約會|安排约会|约见|/date|arrange) ?:? ?(Y-[0-9]{6,})$`)

// plannedIntro reads the words that ask for a date of an introduction: "安排见面 Y-000012";
// empty: others.
func plannedIntro(text string) string {
	m := planForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return ""
	}
	return strings.ToUpper(m[1])
}

func (s Settings) beginPlanning(t *dialog.Turn, p *planning) (dialog.Move, error) {
	if strings.HasPrefix(t.Paper(), "M-") {
		return s.beginAgain(t, p)
	}
	ref := t.Paper()
	if ref == "" {
		ref = plannedIntro(t.Event.Text)
	}
	i, ok, err := s.introduced(t, ref)
	if !ok || err != nil {
		return dialog.End, err
	}
	p.Intro, p.A, p.B, p.Attempt = i.Number(), codeOfPerson(i.A), codeOfPerson(i.B), 1
	return dialog.Next, nil
}

// beginAgain is about a date that has no time yet, or lost it: the place stays.
func (s Settings) beginAgain(t *dialog.Turn, p *planning) (dialog.Move, error) {
	d, ok, err := myDate(t, t.Paper())
	if !ok || err != nil {
		return dialog.End, err
	}
	switch {
	case d.State != store.DateStuck:
		return dialog.End, s.sayDate(t, d)
	case d.Round >= s.Dates.Rounds:
		t.Say(sayRoundsOver.With(d.Round))
		return dialog.End, nil
	}
	p.Date, p.A, p.B, p.Attempt = d.Number(), d.Sides[0].Client.Code(), d.Sides[1].Client.Code(), d.Round+1
	p.Place, p.Zone = d.Place, d.Zone.String()
	return dialog.GoTo("times"), nil
}

// introduced is the introduction that a date may be proposed for: both have said yes,
// and nothing is still to come of an earlier proposal. Otherwise that is said.
func (s Settings) introduced(t *dialog.Turn, ref string) (i store.Introduction, ok bool, err error) {
	i, err = t.Records.LockIntroduction(ref)
	switch {
	case errors.Is(err, store.ErrNotFound):
		t.Say(sayNoIntro.With(none{}))
		return i, false, nil
	case err != nil:
		return i, false, err
	case !mayArrange(t, i.By, i.With):
		t.Refuse("date of another's introduction")
		return i, false, nil
	case i.State != store.IntroBothYes:
		t.Say(sayNotBoth.With(i.Number()))
		return i, false, nil
	}
	all, err := t.Records.DatesIntroduced(i.ID, 1)
	if err == nil && len(all) > 0 && all[0].State.Live() {
		t.Say(sayDateRuns.With(dateLineOf(all[0])))
		return i, false, nil
	}
	return i, err == nil, err
}

// mayArrange says that the colleague whose turn it is may arrange a date of two whom
// these matchmakers brought together.
func mayArrange(t *dialog.Turn, by ...int64) bool {
	me, ok := t.Staff()
	return ok && may(me.Role, ArrangeDates) && (isBoss(me) || slices.Contains(by, me.ID))
}

func (s Settings) readyPlanning(t *dialog.Turn, p *planning, step dialog.StepName) error {
	p.Rounds, p.PlaceEN, p.AddressEN = s.Dates.Rounds, p.Place.In("en"), p.Place.AddressIn("en")
	for i, at := range p.Times {
		p.Times[i] = at.In(zoneOf(p.Zone))
	}
	if step != "place" {
		return nil
	}
	var likes [2][]string
	var city region.Code
	for i, code := range []string{p.A, p.B} {
		c, err := t.Records.ClientByCode(code)
		if err != nil {
			return ignoreNotFound(err)
		}
		profile, err := t.Records.Profile(c.ID)
		if ignoreNotFound(err) != nil {
			return err
		}
		likes[i] = profile.Hobbies
		if home := region.Code(profile.Home.Code); city == 0 && home.IsCity() && home != region.Abroad {
			city = home.City()
		}
	}
	p.City = city.Short(t.Lang())
	for _, c := range s.Venues().For(city, likes[0], likes[1], mostVenues) {
		p.Venues = append(p.Venues, placeView{ID: c.ID, Name: c.In(t.Lang()), District: c.District.Short(t.Lang()), Price: c.Price, Shared: c.Shared})
	}
	return nil
}

// homely are words of places where nobody should meet a stranger.
var homely = regexp.MustCompile(`家里|[我你您他她]家|家中|住处|宿舍|卧室|单元|[0-9]+\s*(?:号楼|栋|幢|室)|小区|公寓|宾馆|酒店客房|旅馆|房间|(?i)\b(?:my|his|her|their|your)\s+(?:place|home|flat|apartment|house)\b|\b(?:apartment|flat|room|suite|apt\.?)\s*(?:no\.?\s*)?#?\d|\bhotel room\b|\bdormitory\b`)

func (s Settings) takePlace(t *dialog.Turn, p *planning) (dialog.Move, error) {
	id := ""
	if _, i, ok := templates.Index(t.Choice()); ok && i < len(p.Venues) {
		id = p.Venues[i].ID
	} else if found := s.Venues().Named(t.Text(), 2); len(found) == 1 {
		id = found[0].ID
	}
	if v, ok := s.Venues().Find(id); ok {
		p.Place = store.DatePlace{ID: v.ID, Name: v.Name, NameEN: v.NameEN, Address: v.District.Name("zh-CN") + v.Address, AddressEN: v.AddressEN, Lat: v.At.Lat, Lng: v.At.Lng}
		p.Zone = v.Zone.String()
		return dialog.Next, nil
	}
	switch typed := t.Text(); {
	case typed == "":
		return dialog.Again, nil
	case homely.MatchString(numeral.Plain(typed)):
		return t.Wrong(sayNotHome.With(none{})), nil
	default:
		p.Place, p.Zone = store.DatePlace{Name: typed}, s.Calendar.Zone().String()
	}
	return dialog.Next, nil
}

// between are what people put between two times.
var between = regexp.MustCompile(`[\n;；、]+|，|,\s*(?:or\s+)?|\s+(?:or|and|或者?|和)\s+`)

// readTimes reads times as people type them, in a zone; odd are those that are none.
func readTimes(text string, now time.Time, zone *time.Location) (times []time.Time, odd []string) {
	for _, part := range between.Split(text, -1) {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		m, ok := when.Read(weekday.ReplaceAllString(part, "$1 "), now.In(zone))
		if !ok || !m.Hour {
			odd = append(odd, firstRunes(part, 30))
			continue
		}
		if m.At.Hour() < 8 && !early.MatchString(strings.ToLower(part)) {
			m.At = m.At.Add(12 * time.Hour) // 三点 is in the afternoon: nobody meets at three in the morning
		}
		if at := m.At.Truncate(time.Minute); !slices.ContainsFunc(times, at.Equal) {
			times = append(times, at)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times, odd
}

// weekday is one that runs into the hour behind it: 周六三点 is no 周63点.
var weekday = regexp.MustCompile(`((?:周|週|星期|礼拜|禮拜)[一二三四五六日天末1-7])`)

var early = regexp.MustCompile(`早|上午|凌晨|am|[0-9]:`)

// misfit is a time that cannot be, and why: "past", "notice", "early", "late", "clash",
// "full", "shut", "many".
type misfit struct {
	At     time.Time
	Why    string
	Client string // who is expected elsewhere
	Limit  int    // the hour, the hours, or how many
}

func (s Settings) takeTimes(t *dialog.Turn, p *planning) (dialog.Move, error) {
	zone := zoneOf(p.Zone)
	times, odd := readTimes(t.Text(), t.Now(), zone)
	if len(odd) > 0 || len(times) == 0 {
		return t.Wrong(sayNoTimes.With(odd)), nil
	}
	a, b, err := p.clients(t)
	if err != nil {
		return dialog.End, gone(t, err)
	}
	wrong, err := s.misfits(t, p, a, b, times)
	if err != nil {
		return dialog.Again, err
	}
	if len(wrong) > 0 {
		return t.Wrong(sayMisfits.With(wrong)), nil
	}
	p.Times = times
	return dialog.Next, nil
}

// zoneOf is a zone by its name; UTC when this machine does not know it.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

func (p *planning) clients(t *dialog.Turn) (a, b store.Client, err error) {
	if a, err = t.Records.ClientByCode(p.A); err != nil {
		return a, b, err
	}
	b, err = t.Records.ClientByCode(p.B)
	return a, b, err
}

// misfits says of each time why it cannot be.
func (s Settings) misfits(t *dialog.Turn, p *planning, a, b store.Client, times []time.Time) (wrong []misfit, err error) {
	if len(times) > mostSlots {
		return []misfit{{Why: "many", Limit: mostSlots}}, nil
	}
	but := int64(0)
	if p.Date != "" {
		d, err := t.Records.Date(p.Date)
		if err != nil {
			return nil, err
		}
		but = d.ID
	}
	for _, at := range times {
		m := misfit{At: at}
		if m.Why, m.Limit = s.outside(t.Now(), at); m.Why == "" {
			if m.Why, m.Client, m.Limit, err = s.taken(t, p.Place, a, b, at, but); err != nil {
				return nil, err
			}
		}
		if m.Why != "" {
			wrong = append(wrong, m)
		}
	}
	return wrong, nil
}

// outside holds a time, in the place's zone, against the office's limits.
func (s Settings) outside(now, at time.Time) (why string, limit int) {
	switch ahead := at.Sub(now); {
	case ahead <= 0:
		return "past", 0
	case ahead < s.Dates.Notice:
		return "notice", int(s.Dates.Notice.Hours())
	case at.Hour() < s.Dates.Earliest:
		return "early", s.Dates.Earliest
	case at.Hour() > s.Dates.Latest, at.Hour() == s.Dates.Latest && at.Minute() > 0:
		return "late", s.Dates.Latest
	}
	return "", 0
}

// taken holds a time against what else there is then; but is the date that does not
// count.
func (s Settings) taken(t *dialog.Turn, place store.DatePlace, a, b store.Client, at time.Time, but int64) (why, client string, limit int, err error) {
	if v, ok := s.Venues().Find(place.ID); ok && !v.OpenFor(at, s.Dates.Lasts) {
		return "shut", "", 0, nil
	}
	for _, c := range []store.Client{a, b} {
		busy, err := t.Records.HasDate(c.ID, at, s.Dates.Lasts, but)
		if busy || err != nil {
			return "clash", c.Code(), 0, err
		}
	}
	if full, err := s.full(t, at, but); full || err != nil {
		return "full", "", s.Dates.PerDay, err
	}
	return "", "", 0, nil
}

// full says that the agency has as many dates on that day as it can look after.
func (s Settings) full(t *dialog.Turn, at time.Time, but int64) (bool, error) {
	if s.Dates.PerDay <= 0 {
		return false, nil
	}
	here := at.In(s.Calendar.Zone())
	day := time.Date(here.Year(), here.Month(), here.Day(), 0, 0, 0, 0, here.Location())
	n, err := t.Records.DatesBetween(day, day.AddDate(0, 0, 1), but)
	return n >= s.Dates.PerDay, err
}

// sendPlan proposes the date to both, or goes back to one answer.
func (s Settings) sendPlan(t *dialog.Turn, p *planning) (dialog.Move, error) {
	switch choice := t.Choice(); choice {
	case "drop":
		t.Say(sayNotPlanned.With(none{}))
		return dialog.End, nil
	case "place", "times":
		return dialog.Visit(dialog.StepName(choice)), nil
	}
	a, b, err := p.clients(t)
	if err != nil {
		return dialog.End, gone(t, err)
	}
	wrong, err := s.misfits(t, p, a, b, p.Times) // hours may have gone by
	if err != nil {
		return dialog.Again, gone(t, err)
	}
	if len(wrong) > 0 {
		t.Note(sayMisfits.With(wrong))
		return dialog.Visit("times"), nil
	}
	return dialog.End, s.propose(t, p, a, b)
}

func (s Settings) propose(t *dialog.Turn, p *planning, a, b store.Client) error {
	d, ok, err := s.keepPlan(t, p, a, b)
	if !ok || err != nil {
		return err
	}
	me, _ := t.Staff()
	if err := t.Records.NoteDate(d, store.DateStep{Kind: "proposed", Side: store.Nobody, Staff: me.ID}); err != nil {
		return err
	}
	for side := range d.Sides {
		if err := s.showSide(t, d, store.Side(side), proposalCard(s), fmt.Sprintf("%s.%d", d.Number(), d.Round)); err != nil {
			return err
		}
	}
	s.awaitAnswers(t, d, d.Slots[len(d.Slots)-1].At)
	t.Say(sayPlanned.With(dateLineOf(d)))
	_, err = t.Records.CloseAlerts(d.Number())
	return err
}

// keepPlan keeps the proposal: as a new date, or as the next round of one. ok is false
// when that cannot be any more, and why has been said.
func (s Settings) keepPlan(t *dialog.Turn, p *planning, a, b store.Client) (d store.Date, ok bool, err error) {
	if p.Date == "" {
		i, ok, err := s.introduced(t, p.Intro)
		if !ok || err != nil {
			return d, false, err
		}
		if err := s.closeEarlier(t, i); err != nil {
			return d, false, err
		}
		me, _ := t.Staff()
		d, err = t.Records.ProposeDate(store.NewDate{Introduction: i.ID, A: a, B: b, By: me, Place: p.Place, Zone: zoneOf(p.Zone), For: s.Dates.Lasts, Slots: p.Times})
		return d, err == nil, err
	}
	d, ok, err = myDate(t, p.Date)
	if !ok || err != nil {
		return d, false, err
	}
	if d.State != store.DateStuck || d.Round >= s.Dates.Rounds {
		return d, false, s.sayDate(t, d)
	}
	quiet(t, d)
	if err := t.Records.SetPlace(&d, p.Place, zoneOf(p.Zone)); err != nil {
		return d, false, err
	}
	return d, true, t.Records.ProposeAgain(&d, p.Times)
}

// closeEarlier closes what was still open of the two's earlier dates: this one is the
// next step.
func (s Settings) closeEarlier(t *dialog.Turn, i store.Introduction) error {
	all, err := t.Records.DatesIntroduced(i.ID, 5)
	for _, d := range all {
		if d.State == store.DateOver {
			err = errors.Join(err, endDate(t, &d, store.DateClosed, "again"))
		}
	}
	return err
}

// endDate ends a date: nothing is to come of it any more.
func endDate(t *dialog.Turn, d *store.Date, state store.DateState, how string) error {
	quiet(t, *d)
	d.State, d.Ended, d.ClosedAt, d.Sequence = state, how, t.Now(), d.Sequence+1
	if err := t.Records.SaveDate(d); err != nil {
		return err
	}
	_, err := t.Records.CloseAlerts(d.Number())
	return err
}
