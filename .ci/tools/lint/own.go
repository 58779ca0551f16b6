package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// longest is how many lines a function may have, so that it is read in one look.
const longest = 60

// ownRules are the rules of the house that no linter knows.
func ownRules(files []string) ([]finding, error) {
	var found []finding
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(f, "go.sum") || bytes.IndexByte(src, 0) >= 0 {
			continue
		}
		found = append(found, words(f, string(src))...)
		if strings.HasSuffix(f, ".go") && !strings.HasSuffix(f, "_test.go") {
			these, err := syntax(f, src)
			if err != nil {
				return nil, err
			}
			found = append(found, these...)
		}
	}
	return found, nil
}

// forbidden are words that no file of the project says.
var forbidden = []struct {
	rule string
	re   *regexp.Regexp
	why  string
}{
	{"unfinished", regexp.MustCompile(`\b(T[O]DO|F[I]XME)\b`), "do it, or write down in the docs why not"},
	{"place", regexp.MustCompile("(^|[\\s\"'`(=:])/(home|work|root|Users)/"), "a path of somebody's own machine"},
	{"host", regexp.MustCompile(`\b(proxy|registry|mirrors?|deb|sum)\.[a-z0-9.-]+\.(org|com|net|io|cn)\b`), "where packages come from is the machine's business"},
}

func words(file, src string) []finding {
	var found []finding
	n := 0
	for line := range strings.Lines(src) {
		n++
		for _, w := range forbidden {
			if m := w.re.FindString(line); m != "" {
				found = append(found, finding{w.rule, file, n, fmt.Sprintf("%q: %s", strings.TrimSpace(m), w.why)})
			}
		}
	}
	return found
}

// syntax applies the rules that need to understand Go.
func syntax(file string, src []byte) ([]finding, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var found []finding
	say := func(rule string, at ast.Node, text string) {
		found = append(found, finding{rule, file, set.Position(at.Pos()).Line, text})
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if lines := set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1; lines > longest {
				say("length", n, fmt.Sprintf("%s has %d lines, %d at most", n.Name.Name, lines, longest))
			}
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				if s := comparedSecret(n.X, n.Y); s != "" {
					say("secret", n, s+": compare secrets in constant time")
				}
			}
		case *ast.CallExpr:
			if isCall(n, "bytes", "Equal") && len(n.Args) == 2 {
				if s := comparedSecret(n.Args[0], n.Args[1]); s != "" {
					say("secret", n, s+": compare secrets in constant time")
				}
			}
			if s := privateInLog(n); s != "" {
				say("log", n, s+": logs carry ids only")
			}
		}
		return true
	})
	return found, nil
}

var (
	secretName  = regexp.MustCompile(`(?i)(secret|password|signature|token|apikey)$|^(mac|sig|sign)$`)
	privateName = regexp.MustCompile(`^(Name|(?i:text|words?|body|phone|mobile|token|secret|password|url|query|content|address|answers?|payload|nickname|raw))$`)
	logMethod   = regexp.MustCompile(`^(Debug|Info|Warn|Error|Log)(Context|Attrs)?$|^With$`)
	logger      = regexp.MustCompile(`^(?i:s?log|logger)$`)
)

// comparedSecret names the secret that is compared with something that is not a
// constant, or "".
func comparedSecret(x, y ast.Expr) string {
	if isConstant(x) || isConstant(y) {
		return ""
	}
	for _, e := range []ast.Expr{x, y} {
		if s := nameOf(e); secretName.MatchString(s) {
			return s
		}
	}
	return ""
}

func isConstant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "nil" || e.Name == "true" || e.Name == "false"
	}
	return false
}

// privateInLog names what a log call is given and a log must not hold, or "".
func privateInLog(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !logMethod.MatchString(sel.Sel.Name) || !logger.MatchString(nameOf(sel.X)) {
		return ""
	}
	for _, arg := range call.Args {
		if s := private(arg); s != "" {
			return s
		}
	}
	return ""
}

func private(arg ast.Expr) (name string) {
	ast.Inspect(arg, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok && nameOf(c.Fun) == "len" {
			return false // how long it is may be told
		}
		if e, ok := n.(ast.Expr); ok && name == "" && privateName.MatchString(nameOf(e)) {
			name = nameOf(e)
		}
		if s, ok := n.(*ast.SelectorExpr); ok && name == "" {
			_, plain := s.X.(*ast.Ident)
			return !plain // phone.id is an id, whatever it is the id of
		}
		return name == ""
	})
	return name
}

// nameOf is the last word of an expression: Token of c.Token, secret of
// q.Get("secret"), log of s.log().
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value) // a number has no name
		return s
	case *ast.CallExpr:
		if len(e.Args) == 1 {
			return nameOf(e.Args[0])
		}
		return nameOf(e.Fun)
	case *ast.IndexExpr:
		return nameOf(e.X)
	case *ast.ParenExpr:
		return nameOf(e.X)
	}
	return ""
}

func isCall(c *ast.CallExpr, pkg, name string) bool {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == name && nameOf(sel.X) == pkg
}
