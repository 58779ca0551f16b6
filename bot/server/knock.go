package server

import (
	"cmp"
	"time"

	"redthread/bot/outbox"
	"redthread/flows"
	"redthread/store"
	"redthread/templates"
)

// knockEvery is how often one person hears by a template message that something
// waits, unless Config says otherwise.
const knockEvery = 12 * time.Hour

// knocks tells people on WeChat that something waits for them.
func (s *Server) knocks() *outbox.Knocks {
	return &outbox.Knocks{Every: cmp.Or(s.cfg.KnockEvery, knockEvery), Say: func(w store.Waits) (map[string]string, error) {
		return flows.KnockWords(s.cfg.Texts.Current(), s.agencyName(templates.Languages[0]), cmp.Or(s.cfg.Zone, time.UTC), w)
	}}
}
