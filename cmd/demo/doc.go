// Command demo shows the agency's bot at work on one web page: the phones of two
// WeChat clients, two Telegram clients, a matchmaker and a customer-service
// agent, side by side. The agent has the staff's group with its topics besides, and
// 60 people are clients from the start: two of those on the page, and a crowd whose
// phones are taken out when somebody asks for one.
//
// Nothing on the page is pretended. A deed on a phone goes to the emulated
// platform, which calls the bot over HTTP as the real one would; what a phone
// shows arrived there through the calls the bot's SDKs made. The page has no
// other way into the bot, except a Panel that tells how its work stands, never
// what was said.
//
//	main.go    flags → start              cast.go    who has a phone
//	town.go    the two platforms on loopback, and the phones
//	house.go   the bot itself, joined to the town
//	page.go    the page's HTTP doors      hub.go     live news to its viewers
//	player.go  plays a transcript         samples.go pictures to send
//	group.go   the staff's group          things.go  what else can be sent
//	seekers.go who are clients already    settle.go  how they come into the records
package main
