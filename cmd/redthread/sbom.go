package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
)

type sbomCommand struct{}

// Run prints what this program is made of, as CycloneDX 1.6 in JSON
// (https://cyclonedx.org/docs/1.6/json/): every module with its version and the
// sum it was checked against, from what the compiler left in the program.
func (sbomCommand) Run(t *terminal) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("this program was built without a list of its modules")
	}
	out := json.NewEncoder(t.out)
	out.SetIndent("", "  ")
	return out.Encode(billOf(info, release()))
}

type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf lists the program itself, the modules that are in it, and Go's own library.
func billOf(info *debug.BuildInfo, release string) bill {
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1}
	b.Metadata.Component = component{Type: "application", Ref: "redthread", Name: "redthread", Version: release}
	b.Components = append(b.Components, library("std", strings.TrimPrefix(info.GoVersion, "go"), ""))
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Components = append(b.Components, library(m.Path, m.Version, m.Sum))
	}
	return b
}

func library(path, version, sum string) component {
	// As https://github.com/package-url/purl-spec has it for Go.
	purl := "pkg:golang/" + strings.ToLower(path) + "@" + version
	c := component{Type: "library", Ref: purl, Name: path, Version: version, PURL: purl}
	if sum != "" {
		c.Properties = []property{{"redthread:go.sum", sum}}
	}
	return c
}
