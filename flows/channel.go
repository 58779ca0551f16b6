package flows

import (
	"fmt"

	"redthread/bot/dialog"
	"redthread/templates"
)

// A platform is in trouble, or well again: who has the say must know, because
// clients wait without knowing why. The program's watch gives the news; their
// ref is "CHANNEL TROUBLE CODE MINUTES".

var (
	channelDown = dialog.Notice{Name: "channel.down", Play: tellOfChannel(sayDown)}
	channelUp   = dialog.Notice{Name: "channel.up", Play: tellOfChannel(sayUp)}
)

var (
	sayDown = templates.New[channelView]("channel.down")
	sayUp   = templates.New[channelView]("channel.up")
)

// channelView is what staff are told about a platform.
type channelView struct {
	Channel string // "wechat", "telegram"
	Trouble string // "token": it refuses us; "silent": nothing gets through; "webhook": it cannot deliver to us
	Code    int    // the platform's own; 0: none
	Minutes int    // for how long nothing got through
}

func tellOfChannel(say templates.Of[channelView]) func(*dialog.Turn, string) error {
	return func(t *dialog.Turn, ref string) error {
		var v channelView
		if _, err := fmt.Sscan(ref, &v.Channel, &v.Trouble, &v.Code, &v.Minutes); err != nil {
			return fmt.Errorf("flows: news of a channel: %w", err)
		}
		return escalate(t, say.With(v), talkers)
	}
}
