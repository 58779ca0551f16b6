package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"redthread/bot/config"
	"redthread/templates"
)

type textsCommand struct {
	Names []string `arg:"" optional:"" help:"The texts to show, or how their names begin. Without any, the names of all."`
}

// Run shows the built-in texts, whatever the agency has made of them.
func (x textsCommand) Run(t *terminal) error {
	set, err := templates.Load(templates.Options{})
	if err != nil {
		return err
	}
	if len(x.Names) == 0 {
		for _, name := range set.Names() {
			fmt.Fprintln(t.out, name)
		}
		return nil
	}
	for _, wanted := range x.Names {
		found := slices.DeleteFunc(set.Names(), func(n string) bool { return n != wanted && !strings.HasPrefix(n, strings.TrimSuffix(wanted, ".")+".") })
		if len(found) == 0 {
			return fmt.Errorf("there is no text %q; `redthread texts` lists all", wanted)
		}
		for _, name := range found {
			for _, lang := range templates.Languages {
				file, written, _ := set.Source(lang, name)
				fmt.Fprintf(t.out, "# %s\n%s\n\n", file, written)
			}
		}
	}
	return nil
}

type settingCommand struct {
	Example configExample `cmd:"" help:"Print the documented configuration file, to fill in."`
	Print   configPrint   `cmd:"" help:"Print the configuration in force: file, environment and defaults, secrets hidden."`
}

type configExample struct{}

func (configExample) Run(t *terminal) error {
	_, err := fmt.Fprint(t.out, config.Example)
	return err
}

type configPrint struct{}

func (configPrint) Run(t *terminal) error {
	c, err := config.Load(t.config)
	if err != nil {
		return err
	}
	text, err := c.Redacted()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(t.out, text)
	return err
}

// version is set by the release's build: -ldflags "-X main.version=v1.2.3".
var version = ""

type versionCommand struct{}

func (versionCommand) Run(t *terminal) error {
	_, err := fmt.Fprintf(t.out, "redthread %s (%s, %s/%s)\n", release(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// release is the version that was built in, or else the commit.
func release() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return info.Main.Version
}
