package emulator

import "time"

// Faults says how unkind a platform is. The zero Faults is a kind one. Shares
// are between 0 and 1; each call or callback draws anew.
type Faults struct {
	Delay  time.Duration // before each API answer and each callback
	Repeat float64       // share of callbacks delivered twice, at the same time
	Slow   float64       // share of sends refused for haste: Telegram 429, WeChat 45011
	Closed float64       // share of WeChat customer-service messages refused with 45015
	Cut    float64       // share of API calls whose connection is cut before anything happened
	Lost   float64       // share of sends that take effect and then answer with a cut connection
	Broken float64       // share of API calls answered with a 502 page, nothing done
	Away   bool          // the network is cut: no callback and no call gets through; callbacks wait and are retried
}
