package dialog

import (
	"fmt"
	"strings"
)

// Diagram draws the flows from their declarations, in Mermaid: one state for
// each question, "skip" where it is optional, "may" where its answer can lead
// elsewhere. The flows stand in the order given.
func Diagram(flows ...Definition) string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, f := range flows {
		draw(&b, f.facts())
	}
	return b.String()
}

// draw puts a flow into a box of its own. Names of states are unique in the
// whole diagram, so they carry the flow's.
func draw(b *strings.Builder, f facts) {
	id := func(step string) string { return f.name + "__" + step }
	fmt.Fprintf(b, "  state %q as %s {\n", f.name, f.name)
	defer b.WriteString("  }\n")
	if len(f.steps) == 0 {
		fmt.Fprintf(b, "    state \"tells\" as %[1]s\n    [*] --> %[1]s\n    %[1]s --> [*]\n", id("tells"))
		return
	}
	for _, s := range f.steps {
		fmt.Fprintf(b, "    state %q as %s\n", s.name, id(s.name))
	}
	fmt.Fprintf(b, "    [*] --> %s\n", id(f.steps[0].name))
	for i, s := range f.steps {
		next := "[*]"
		if i+1 < len(f.steps) {
			next = id(f.steps[i+1].name)
		}
		fmt.Fprintf(b, "    %s --> %s\n", id(s.name), next)
		if s.optional {
			fmt.Fprintf(b, "    %s --> %s : skip\n", id(s.name), next)
		}
		for _, to := range s.to {
			fmt.Fprintf(b, "    %s --> %s : may\n", id(s.name), id(to))
		}
	}
}
