// Package bot holds the words every other package speaks: what happened
// (Event), what we answer (Message), where a conversation stands (Session) and
// what a platform must be able to do (Channel).
//
// It is the ground floor. It imports the standard library only:
//
//	5  cmd/redthread  cmd/demo  cmd/load     flags and environment → start
//	4  bot/server                            joins the parts
//	3  flows                                 what the agency says and asks
//	2  bot/dialog  bot/outbox  bot/media     events into turns; delivery; pictures
//	1  store  templates  bot/wechat  bot/telegram  bot/spool
//	0  bot  bot/calendar
//
// A package imports only packages from lower floors. bot/emulator stands
// outside the house: it plays the two platforms and imports none of this.
package bot
