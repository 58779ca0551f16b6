package config

import "strings"

// Problem is one setting that is wrong.
type Problem struct {
	Setting string // "wechat.app_secret"; empty: the file as a whole
	What    string // what is wrong and what is expected, without the value of a secret
}

func (p Problem) String() string {
	if p.Setting == "" {
		return p.What
	}
	return p.Setting + ": " + p.What
}

// Problems is the error of a configuration that cannot be used: everything that
// is wrong with it.
type Problems []Problem

func (ps Problems) Error() string {
	lines := []string{"config: the settings are not in order"}
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}
