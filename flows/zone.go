package flows

import (
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/region"
	"redthread/store"
	"redthread/templates"
)

// A client abroad says which clock they live by, so that they read the time of a date
// as it is for them: “我的时区”, "my time zone". It is played in testdata/zone.*.chat.

func settingZone() dialog.Flow[zoneAsked] {
	return dialog.Flow[zoneAsked]{
		Name:   "my_zone",
		Title:  titleMyZone,
		Opens:  openMyZone,
		Always: true,
		Ready: func(t *dialog.Turn, z *zoneAsked, _ dialog.StepName) error {
			me, err := t.Records.Self(t.Lang())
			if err != nil {
				return err
			}
			zone, err := t.Records.ZoneOf(me.ID)
			if zone != nil {
				z.Now, z.Shows = zone.String(), t.Now().In(zone)
			}
			return err
		},
		Steps: []dialog.Step[zoneAsked]{
			{Name: "where", Ask: askZoneWhere, Want: dialog.Button.Or(dialog.Text(2, 60)), Hear: takeZone},
		},
	}
}

// zoneAsked is what the question tells: the zone that is set, and its clock.
type zoneAsked struct {
	Now   string    `json:"-"`
	Shows time.Time `json:"-"`
}

var (
	titleMyZone  = templates.New[none]("title.my_zone")
	openMyZone   = templates.NewWords("open.my_zone")
	askZoneWhere = templates.New[zoneAsked]("zone.where")
)

var (
	sayZoneSet = templates.New[zoneAsked]("zone.set")
	sayNoZone  = templates.New[none]("zone.unknown")
)

// zonesTapped are the buttons of zone.where.
var zonesTapped = map[string]string{
	"china": "Asia/Shanghai", "japan": "Asia/Tokyo", "singapore": "Asia/Singapore", "london": "Europe/London", "europe": "Europe/Berlin",
	"east": "America/New_York", "west": "America/Los_Angeles", "sydney": "Australia/Sydney",
}

// zonesNamed are places as people write them, folded.
var zonesNamed = map[string]string{
	"北京": "Asia/Shanghai", "上海": "Asia/Shanghai", "中国": "Asia/Shanghai", "china": "Asia/Shanghai", "beijing": "Asia/Shanghai", "shanghai": "Asia/Shanghai",
	"香港": "Asia/Hong_Kong", "hong kong": "Asia/Hong_Kong", "台北": "Asia/Taipei", "taipei": "Asia/Taipei", "东京": "Asia/Tokyo", "tokyo": "Asia/Tokyo", "首尔": "Asia/Seoul", "seoul": "Asia/Seoul",
	"新加坡": "Asia/Singapore", "singapore": "Asia/Singapore", "吉隆坡": "Asia/Kuala_Lumpur", "kuala lumpur": "Asia/Kuala_Lumpur", "曼谷": "Asia/Bangkok", "bangkok": "Asia/Bangkok", "迪拜": "Asia/Dubai", "dubai": "Asia/Dubai",
	"伦敦": "Europe/London", "london": "Europe/London", "巴黎": "Europe/Paris", "paris": "Europe/Paris", "柏林": "Europe/Berlin", "berlin": "Europe/Berlin", "慕尼黑": "Europe/Berlin", "munich": "Europe/Berlin", "罗马": "Europe/Rome", "rome": "Europe/Rome",
	"马德里": "Europe/Madrid", "madrid": "Europe/Madrid", "阿姆斯特丹": "Europe/Amsterdam", "amsterdam": "Europe/Amsterdam", "莫斯科": "Europe/Moscow", "moscow": "Europe/Moscow", "斯德哥尔摩": "Europe/Stockholm", "stockholm": "Europe/Stockholm",
	"纽约": "America/New_York", "new york": "America/New_York", "波士顿": "America/New_York", "boston": "America/New_York", "多伦多": "America/Toronto", "toronto": "America/Toronto", "芝加哥": "America/Chicago", "chicago": "America/Chicago",
	"洛杉矶": "America/Los_Angeles", "los angeles": "America/Los_Angeles", "旧金山": "America/Los_Angeles", "san francisco": "America/Los_Angeles", "西雅图": "America/Los_Angeles", "seattle": "America/Los_Angeles", "温哥华": "America/Vancouver", "vancouver": "America/Vancouver",
	"悉尼": "Australia/Sydney", "sydney": "Australia/Sydney", "墨尔本": "Australia/Melbourne", "melbourne": "Australia/Melbourne", "奥克兰": "Pacific/Auckland", "auckland": "Pacific/Auckland",
}

// readZone reads a zone as people write it: a city, or its own name, Europe/Berlin; nil:
// it is none that we know.
func readZone(text string) *time.Location {
	name := templates.Fold(text)
	for _, end := range []string{"时间", "時間", " time"} {
		name = strings.TrimSuffix(name, end)
	}
	if known, ok := zonesNamed[name]; ok {
		return zoneOf(known)
	}
	if typed := strings.TrimSpace(text); strings.Contains(typed, "/") && len(typed) <= 40 {
		if zone, err := time.LoadLocation(typed); err == nil {
			return zone
		}
	}
	return nil
}

func takeZone(t *dialog.Turn, _ *zoneAsked) (dialog.Move, error) {
	zone := readZone(t.Text())
	if name, ok := zonesTapped[t.Choice()]; ok {
		zone = zoneOf(name)
	}
	if zone == nil {
		return t.Wrong(sayNoZone.With(none{})), nil
	}
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return dialog.Again, err
	}
	t.Say(sayZoneSet.With(zoneAsked{zone.String(), t.Now().In(zone)}))
	return dialog.End, t.Records.SetZone(me.ID, zone)
}

// livesAbroad says that a client has registered with a home outside China.
func livesAbroad(t *dialog.Turn, c store.Client) (bool, error) {
	p, err := t.Records.Profile(c.ID)
	return region.Code(p.Home.Code) == region.Abroad, ignoreNotFound(err)
}
