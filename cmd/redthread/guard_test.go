package main

import (
	"path/filepath"
	"testing"
)

func TestGuard(t *testing.T) {
	h := newHouse(t)
	h.run("keys create", exitDone)
	h.run("migrate up", exitDone)
	h.run("guard check", exitDone, "✓ guard (")
	h.run("guard check 我们包成功", exitDone, "stop\tpromise\t“包成功”\tby the rule 包成功")
	h.run("guard check 不能保证成功", exitDone, "goes out as it is")
	h.run("guard eval", exitDone, "FALSE ALARMS", "lines", "heldout", "fresh")
	h.run("guard log", exitDone, "DECIDED BY")

	own := filepath.Join(h.dir, "rules")
	h.run("guard copy "+own, exitDone, "5 files written")
	t.Setenv("REDTHREAD_GUARD", own)
	h.run("check", exitDone, "✓ guard (")
	h.write("rules/ours.txt", "== promise halt\n天作之合\n")
	h.run("check", exitNotInOrder, "✗ guard", "ours.txt:1: \"halt\" is neither stop nor flag")
	h.run("guard check", exitNotInOrder, "ours.txt:1")
	h.run("serve --poll", exitNotInOrder, "ours.txt:1")
	h.write("rules/ours.txt", "== promise flag\n天作之合\n")
	h.run("guard check 天作之合", exitDone, "flag\tpromise")
	h.write("mine.tsv", "nothing here\n")
	h.run("guard eval "+filepath.Join(h.dir, "mine.tsv"), exitFailed, "line 1: expected a kind, a tab and words")
	h.write("mine.tsv", "insult\t您真好看\n")
	h.run("guard eval --wrong "+filepath.Join(h.dir, "mine.tsv"), exitDone, "wanted [insult]", "您真好看")
}
