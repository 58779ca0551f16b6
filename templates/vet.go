package templates

import (
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// vet holds a template to what a text may do: fill in, choose and repeat, with
// the functions we know.
func vet(t *template.Template, at place, r *report) {
	if len(t.Templates()) > 1 {
		r.wrong(at, "{{define}} and {{block}} cannot be used in a text")
	}
	if t.Tree == nil {
		return
	}
	walk(t.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.TemplateNode:
			r.wrong(at, "{{template}} and {{block}} cannot be used in a text")
		case *parse.IdentifierNode:
			if !allowed[n.Ident] && !ours[n.Ident] {
				r.wrong(at, "the function %s cannot be used in a text", n.Ident)
			}
		case *parse.RangeNode:
			if len(n.Pipe.Cmds) == 1 && n.Pipe.Cmds[0].Args[0].Type() == parse.NodeNumber {
				r.wrong(at, "{{range}} wants a list, not a number")
			}
		}
	})
}

// know lets a template's conditions know unknown times.
func know(t *template.Template) *template.Template {
	if t.Tree == nil {
		return t
	}
	walk(t.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.IfNode:
			condition(n.Pipe)
		case *parse.WithNode:
			condition(n.Pipe)
		}
	})
	return t
}

var ours = func() map[string]bool {
	names := map[string]bool{}
	for name := range funcs("", nil, nil) {
		names[name] = true
	}
	return names
}()

// condition passes the pipe's value through given.
func condition(p *parse.PipeNode) {
	p.Cmds = append(p.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: p.Pos,
		Args: []parse.Node{parse.NewIdentifier("given").SetPos(p.Pos)},
	})
}

// walk visits the node and everything under it.
func walk(n parse.Node, visit func(parse.Node)) {
	visit(n)
	for _, c := range children(n) {
		walk(c, visit)
	}
}

func children(n parse.Node) []parse.Node {
	var under []parse.Node
	branch := func(b *parse.BranchNode) {
		under = append(under, b.Pipe, b.List)
		if b.ElseList != nil {
			under = append(under, b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		under = n.Nodes
	case *parse.ActionNode:
		under = []parse.Node{n.Pipe}
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			under = append(under, c)
		}
	case *parse.CommandNode:
		under = n.Args
	case *parse.ChainNode:
		under = []parse.Node{n.Node}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	}
	return under
}

// names are the fields and methods that a template asks for.
func names(t *template.Template) map[string]bool {
	asked := map[string]bool{}
	add := func(idents []string) {
		for _, i := range idents {
			asked[i] = true
		}
	}
	walk(t.Root, func(n parse.Node) {
		switch n := n.(type) {
		case *parse.FieldNode:
			add(n.Ident)
		case *parse.ChainNode:
			add(n.Field)
		case *parse.VariableNode:
			add(n.Ident[1:])
		}
	})
	return asked
}

// constants are the strings a template compares with.
func constants(t *template.Template) []string {
	var all []string
	walk(t.Root, func(n parse.Node) {
		if s, ok := n.(*parse.StringNode); ok {
			all = append(all, s.Text)
		}
	})
	return all
}

// everything makes a copy of the template that takes both ways at every choice,
// so that a mistake in a branch seldom taken is found by saying it once.
func everything(t *template.Template) *template.Template {
	tree := t.Tree.Copy()
	tree.Root = flatten(tree.Root)
	walk(tree.Root, func(n parse.Node) {
		// and, or stop at the first answer; eq judges all it is given.
		if id, ok := n.(*parse.IdentifierNode); ok && (id.Ident == "and" || id.Ident == "or") {
			id.Ident = "every"
		}
	})
	c := template.Must(t.Clone()).Funcs(template.FuncMap{"every": func(vs ...any) any { return vs[0] }})
	return template.Must(c.AddParseTree(t.Name(), tree))
}

func flatten(list *parse.ListNode) *parse.ListNode {
	flat := &parse.ListNode{NodeType: parse.NodeList, Pos: list.Pos}
	add := func(l *parse.ListNode) {
		if l != nil {
			flat.Nodes = append(flat.Nodes, flatten(l).Nodes...)
		}
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.IfNode:
			flat.Nodes = append(flat.Nodes, &parse.ActionNode{NodeType: parse.NodeAction, Pos: n.Pos, Line: n.Line, Pipe: n.Pipe})
			add(n.List)
			add(n.ElseList)
		case *parse.WithNode:
			otherwise := n.ElseList
			n.List, n.ElseList = flatten(n.List), nil
			flat.Nodes = append(flat.Nodes, n)
			add(otherwise)
		case *parse.RangeNode:
			otherwise := n.ElseList
			n.List, n.ElseList = flatten(n.List), nil
			flat.Nodes = append(flat.Nodes, n)
			add(otherwise)
		case *parse.BreakNode, *parse.ContinueNode:
		default:
			flat.Nodes = append(flat.Nodes, n)
		}
	}
	return flat
}

// marked makes a copy of the template that leaves a mark wherever something is
// filled in, so that words which are empty for want of data can be told from
// words that are not there.
func marked(t *template.Template) *template.Template {
	tree := t.Tree.Copy()
	walk(tree.Root, func(n parse.Node) {
		list, ok := n.(*parse.ListNode)
		if !ok {
			return
		}
		var nodes []parse.Node
		for _, n := range list.Nodes {
			nodes = append(nodes, n)
			if a, ok := n.(*parse.ActionNode); ok && len(a.Pipe.Decl) == 0 {
				nodes = append(nodes, &parse.TextNode{NodeType: parse.NodeText, Pos: a.Pos, Text: []byte(filled)})
			}
		}
		list.Nodes = nodes
	})
	return template.Must(template.Must(t.Clone()).AddParseTree(t.Name(), tree))
}

// filled is the mark of marked.
var filled = mark + "filled" + mark

// unresolved says that a template wrote what it writes where it has nothing to fill in.
func unresolved(said string) bool {
	return slices.ContainsFunc([]string{"{{", "}}", "<no value>", "<nil>"}, func(sign string) bool { return strings.Contains(said, sign) })
}
