// Package dialog plays conversations.
//
// A Flow is a conversation written down: what we ask, what counts as an answer,
// what we do with it. A Card is a message whose buttons outlive the talk, a
// Notice is news from our own house. The Engine plays them, one turn of the
// store for each event: whatever a step writes, says or plans on its Turn
// commits together, or not at all.
//
// The flows need not know what people do to a conversation: they go back, skip,
// give up, ask for the menu in the middle, type the number or the words of a
// button, press one of last week, leave for a day. All that is the engine's, and
// the same in every flow. play.go lists who may answer an event, in order.
package dialog
