// Package emulator plays the two platforms, WeChat and Telegram, towards a bot:
// it delivers callbacks over HTTP as the platforms do, answers the API calls the
// SDKs make, and keeps what each person's phone would show. It stands outside
// the house and judges it: it imports none of the bot's packages.
//
// WeChat and Telegram are the two servers; a person is a Phone of one of them.
// Faults makes them as unkind as the world; a Clock makes hours pass at once.
package emulator
