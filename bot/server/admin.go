package server

import (
	"context"
	"net"
	"net/http"
	"time"
)

// MetricsPath is where the figures are, on the admin listener alone.
const MetricsPath = "/metrics"

// openAdmin opens the listener for who runs the program: figures and health. An
// address that cannot be had is logged and no reason not to serve clients.
func (s *Server) openAdmin() {
	if s.cfg.Admin == "" {
		return
	}
	var err error
	if s.admin, err = net.Listen("tcp", s.cfg.Admin); err != nil {
		s.log.Error("admin.address: no figures are shown", "error", err)
	}
}

// AdminAddr is where the figures are; empty: nowhere.
func (s *Server) AdminAddr() string {
	if s.admin == nil {
		return ""
	}
	return s.admin.Addr().String()
}

func (s *Server) closeAdmin() error {
	if s.admin == nil {
		return nil
	}
	return s.admin.Close()
}

// serveAdmin serves until ctx ends.
func (s *Server) serveAdmin(ctx context.Context) {
	if s.admin == nil {
		return
	}
	mux := http.NewServeMux()
	s.health.handle(mux)
	mux.Handle("GET "+MetricsPath, s.metrics.Handler())
	web := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
	}
	end := context.AfterFunc(ctx, func() { _ = web.Close() })
	defer end()
	if err := web.Serve(s.admin); err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "admin listener ended", "error", err)
	}
}
