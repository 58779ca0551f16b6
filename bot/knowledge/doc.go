// Package knowledge holds what the agency has approved to be said: one file for
// each answer and language, written and dated by the agency, and finds the
// answer that a client's own words ask for.
//
// A Base is all answers, checked, and the index over them. It never composes: a
// client gets an approved answer as it stands, or none. Ask says how near a
// question came: Sure, to be answered at once; Near, "did you mean …?"; Far,
// which is a colleague's. How the way of matching and its two thresholds were
// chosen is told in docs/knowledge.md, and `redthread knowledge eval` measures
// them again.
package knowledge
