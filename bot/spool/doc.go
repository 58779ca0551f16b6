// Package spool keeps what clients wrote while the database is away.
//
// A platform that gives up after a few seconds must be told that we have the
// message, so it has to lie somewhere safe first. The Spool is that place: a
// folder of append-only files on this machine's disk, each record sealed,
// checksummed and on the disk (fsync) before Put returns.
//
// The Gate stands between a platform and the engine and decides which way an
// event takes: played at once, as always; or into the spool, when two fresh looks
// have found the database away; or held for a moment while the spool is played
// back. An event never overtakes an earlier one of its conversation.
package spool
