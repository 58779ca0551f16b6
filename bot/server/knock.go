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

// lastWords is what is read on WeChat with the last message that we may send.
func (s *Server) lastWords(who store.Reader, lang string) string {
	words, err := flows.LastWords(s.cfg.Texts.Current(), who, lang)
	if err != nil {
		s.log.Warn("server: a message does not say that it is the last", "error", err)
	}
	return words
}

// knocks tells people on WeChat that something waits for them.
func (s *Server) knocks() *outbox.Knocks {
	return &outbox.Knocks{Every: cmp.Or(s.cfg.KnockEvery, knockEvery), Say: func(w store.Waits) (map[string]string, error) {
		return flows.KnockWords(s.cfg.Texts.Current(), s.agencyName(templates.Languages[0]), cmp.Or(s.cfg.Zone, time.UTC), w)
	}}
}
