// The peer on go-ethereum v1.9.20 with Whisper v6, the last of its kind.
// Driven by JSON lines; see the README beside the folder.
package main

import (
	"encoding/json"
	"errors"
	"os"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/whisper/whisperv6"

	gopeer "status-rs.example/interop/go-peer"
)

type whisperPeer struct {
	lines *gopeer.Lines
	node  *node.Node
	rpc   *rpc.Client
}

type startRequest struct {
	Listen   string  `json:"listen"`
	Light    bool    `json:"light"`
	MinPoW   float64 `json:"min_pow"`
	MaxPeers int     `json:"max_peers"`
}

var errNotStarted = errors.New("the node is not started")

func main() {
	// The node logs to standard error, which the matrix keeps in a file.
	log.Root().SetHandler(log.LvlFilterHandler(log.LvlTrace, log.StreamHandler(os.Stderr, log.TerminalFormat(false))))

	lines := gopeer.NewLines()
	peer := &whisperPeer{lines: lines}
	lines.Handle("start", peer.start)
	lines.Handle("stop", peer.stop)
	gopeer.ServeNetwork(lines, func() *p2p.Server { return peer.node.Server() })
	gopeer.ServeWhisper(lines, func() gopeer.Caller { return peer.rpc })
	lines.Serve()
}

// start runs a node that knows nobody, with go-ethereum's own defaults for
// Whisper unless told otherwise.
func (p *whisperPeer) start(params json.RawMessage) (interface{}, error) {
	request := startRequest{
		Listen:   "127.0.0.1:0",
		MinPoW:   whisperv6.DefaultMinimumPoW,
		MaxPeers: 25,
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, err
	}
	stack, err := node.New(&node.Config{
		Name: "interop",
		P2P: p2p.Config{
			PrivateKey:  key,
			MaxPeers:    request.MaxPeers,
			NoDiscovery: true,
			ListenAddr:  request.Listen,
		},
	})
	if err != nil {
		return nil, err
	}
	whisper, err := whisperv6.New(stack, &whisperv6.Config{
		MaxMessageSize:                        whisperv6.DefaultMaxMessageSize,
		MinimumAcceptedPOW:                    request.MinPoW,
		RestrictConnectionBetweenLightClients: true,
	})
	if err != nil {
		return nil, err
	}
	if request.Light {
		// As geth's option --shh.light does: nothing is wanted until a filter asks.
		whisper.SetLightClientMode(true)
		if err := whisper.SetBloomFilter(make([]byte, whisperv6.BloomFilterSize)); err != nil {
			return nil, err
		}
	}
	if err := stack.Start(); err != nil {
		return nil, err
	}
	p.node = stack
	if p.rpc, err = stack.Attach(); err != nil {
		return nil, err
	}
	gopeer.ReportPeers(p.lines, stack.Server())
	return map[string]string{"enode": stack.Server().NodeInfo().Enode}, nil
}

// stop ends the node, so peers get its goodbye.
func (p *whisperPeer) stop(json.RawMessage) (interface{}, error) {
	if p.node == nil {
		return nil, errNotStarted
	}
	return true, p.node.Close()
}
