// Package folder reads what an agency keeps in files for the program to speak and
// go by: texts, approved answers, rules. Each reader knows its own form; what they
// share stands here: files are bounded, everything wrong is reported at once by file
// and line, a change is seen by what is in the files, and what is built in can be
// copied out to be changed.
package folder
