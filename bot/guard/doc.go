// Package guard reads what a colleague is about to send to a client and says
// what must not go out: a promise of success, an insult, a private contact, a
// payment past the agency.
//
// The text is first folded, so that full-width letters, spaces, hearts between the
// letters, Cyrillic look-alikes, keycap digits and traditional characters make no
// difference; every folded character remembers where it stood. Then one pass of an
// Aho–Corasick automaton finds the words of all rules, and readers of their own
// find what no list can hold: telephone and card numbers, addresses, account
// names. The rules are files that an agency edits (docs/guard.md); how well they
// do on lines they were not tuned on is measured by `redthread guard eval`.
package guard
