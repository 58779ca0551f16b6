package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// edit replaces what occurs once in one declaration.
type edit struct {
	file string // from the top of the project, with slashes
	in   string // a function, Type.Method, variable or constant; empty: the whole file
	old  string // white space counts as such, whatever it is
	with string
}

// change returns the changed source.
func (e edit) change(src []byte) ([]byte, error) {
	from, to := 0, len(src)
	if e.in != "" {
		var err error
		if from, to, err = declared(src, e.in); err != nil {
			return nil, err
		}
	}
	words := strings.Fields(e.old)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	found := regexp.MustCompile(strings.Join(words, `\s+`)).FindAllIndex(src[from:to], -1)
	if len(found) != 1 {
		return nil, fmt.Errorf("%q occurs %d times in %q, want once", e.old, len(found), e.in)
	}
	at := found[0]
	out := append([]byte{}, src[:from+at[0]]...)
	out = append(out, e.with...)
	return append(out, src[from+at[1]:]...), nil
}

// declared is where a declaration stands in Go source.
func declared(src []byte, name string) (from, to int, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", src, parser.SkipObjectResolution)
	if err != nil {
		return 0, 0, err
	}
	for _, d := range file.Decls {
		for _, n := range named(d, name) {
			return set.Position(n.Pos()).Offset, set.Position(n.End()).Offset, nil
		}
	}
	return 0, 0, fmt.Errorf("%q is not declared", name)
}

// named is what the declaration declares under the name.
func named(d ast.Decl, name string) []ast.Node {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if receiver(d)+d.Name.Name == name {
			return []ast.Node{d}
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, n := range v.Names {
				if n.Name == name {
					return []ast.Node{v}
				}
			}
		}
	}
	return nil
}

// receiver is "Type." of a method, and nothing of a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	t := f.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if g, ok := t.(*ast.IndexExpr); ok { // of a generic type
		t = g.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}
