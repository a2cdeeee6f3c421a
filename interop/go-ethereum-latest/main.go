// The peer on the newest go-ethereum: its p2p.Server with a small subprotocol
// of our own, and bare RLPx connections whose Hello can be anything. Driven by
// JSON lines; see the README beside the folder.
package main

import (
	"encoding/json"
	"log/slog"
	"os"

	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/p2p"

	gopeer "status-rs.example/interop/go-peer"
)

type latestPeer struct {
	lines  *gopeer.Lines
	server *p2p.Server
	echo   *echo
}

type startRequest struct {
	Listen   string `json:"listen"`
	MaxPeers int    `json:"max_peers"`
	// Private key in hex; a new one if there is none.
	Key string `json:"key"`
	// Name of the subprotocol; one that the other side does not know makes
	// this node useless to it.
	Protocol string `json:"protocol"`
	// Reports messages and returns none.
	Silent bool `json:"silent"`
}

func main() {
	// The node logs to standard error, which the matrix keeps in a file.
	handler := log.NewTerminalHandlerWithLevel(os.Stderr, slog.Level(log.LevelTrace), false)
	log.SetDefault(log.NewLogger(handler))

	lines := gopeer.NewLines()
	peer := &latestPeer{lines: lines}
	lines.Handle("start", peer.start)
	lines.Handle("stop", peer.stop)
	lines.Handle("send", peer.send)
	lines.Handle("raw_dial", peer.rawDial)
	lines.Handle("raw_listen", peer.rawListen)
	gopeer.ServeNetwork(lines, func() *p2p.Server { return peer.server })
	lines.Serve()
}

func (p *latestPeer) start(params json.RawMessage) (interface{}, error) {
	request := startRequest{Listen: "127.0.0.1:0", MaxPeers: 25, Protocol: "shh"}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	key, err := keyOf(request.Key)
	if err != nil {
		return nil, err
	}
	p.echo = &echo{lines: p.lines, silent: request.Silent}
	p.server = &p2p.Server{Config: p2p.Config{
		Name:        "interop",
		PrivateKey:  key,
		MaxPeers:    request.MaxPeers,
		ListenAddr:  request.Listen,
		NoDiscovery: true,
		Protocols: []p2p.Protocol{{
			Name:    request.Protocol,
			Version: 6,
			Length:  protocolLength,
			Run:     p.echo.run,
		}},
	}}
	if err := p.server.Start(); err != nil {
		return nil, err
	}
	gopeer.ReportPeers(p.lines, p.server)
	return map[string]string{"enode": p.server.NodeInfo().Enode}, nil
}

func (p *latestPeer) stop(json.RawMessage) (interface{}, error) {
	p.server.Stop()
	return true, nil
}
