// Package gopeer is what the Go peers on go-ethereum have in common: the
// commands that every p2p.Server answers, and Whisper's.
package gopeer

import (
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/p2p/enode"

	"status-rs.example/interop/go-peer/lines"
)

// Lines is what drives a peer.
type Lines = lines.Lines

// NewLines makes a driver without any method.
func NewLines() *Lines {
	return lines.New()
}

// ServeNetwork adds the methods that concern connections (add_peer,
// disconnect, peers) and reports peers that come and go. Call it once the
// server runs, or hand over a function that finds the server later.
func ServeNetwork(lines *Lines, server func() *p2p.Server) {
	lines.Handle("add_peer", func(params json.RawMessage) (interface{}, error) {
		node, err := nodeOf(params)
		if err != nil {
			return nil, err
		}
		server().AddPeer(node)
		return true, nil
	})
	lines.Handle("disconnect", func(params json.RawMessage) (interface{}, error) {
		var request struct {
			Reason uint8 `json:"reason"`
		}
		if err := json.Unmarshal(params, &request); err != nil {
			return nil, err
		}
		peers := server().Peers()
		for _, peer := range peers {
			peer.Disconnect(p2p.DiscReason(request.Reason))
		}
		return len(peers), nil
	})
	lines.Handle("stop_network", func(json.RawMessage) (interface{}, error) {
		server().Stop()
		return true, nil
	})
	lines.Handle("peers", func(json.RawMessage) (interface{}, error) {
		return server().PeersInfo(), nil
	})
}

// ReportPeers emits peer_connected and peer_disconnected from now on.
func ReportPeers(lines *Lines, server *p2p.Server) {
	events := make(chan *p2p.PeerEvent, 64)
	subscription := server.SubscribeEvents(events)
	// The server announces a peer by the hash of its key; the key itself is
	// only known while the peer is connected.
	var mu sync.Mutex
	keys := map[enode.ID]string{}
	go func() {
		defer subscription.Unsubscribe()
		for {
			select {
			case event := <-events:
				mu.Lock()
				report(lines, server, keys, event)
				mu.Unlock()
			case <-subscription.Err():
				return
			}
		}
	}()
}

func report(lines *Lines, server *p2p.Server, keys map[enode.ID]string, event *p2p.PeerEvent) {
	switch event.Type {
	case p2p.PeerEventTypeAdd:
		for _, peer := range server.Peers() {
			if peer.ID() != event.Peer {
				continue
			}
			key := crypto.FromECDSAPub(peer.Node().Pubkey())[1:]
			keys[event.Peer] = hex.EncodeToString(key)
			lines.Emit("peer_connected", map[string]interface{}{
				"peer":    keys[event.Peer],
				"client":  peer.Name(),
				"inbound": peer.Inbound(),
			})
		}
	case p2p.PeerEventTypeDrop:
		lines.Emit("peer_disconnected", map[string]interface{}{
			"peer":   keys[event.Peer],
			"reason": event.Error,
		})
		delete(keys, event.Peer)
	}
}

func nodeOf(params json.RawMessage) (*enode.Node, error) {
	var request struct {
		Enode string `json:"enode"`
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	return enode.ParseV4(request.Enode)
}
