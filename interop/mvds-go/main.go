// The peer on vacp2p/mvds v0.0.23, with its memory store: its sqlite store never
// acknowledges a message twice. Driven by JSON lines; see the README beside the
// folder. What it sends becomes events; what it is to receive comes as requests.
package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/golang/protobuf/proto"
	"github.com/vacp2p/mvds/node"
	"github.com/vacp2p/mvds/peers"
	"github.com/vacp2p/mvds/protobuf"
	"github.com/vacp2p/mvds/state"
	"github.com/vacp2p/mvds/store"
	"github.com/vacp2p/mvds/transport"

	"status-rs.example/interop/go-peer/lines"
)

type syncPeer struct {
	lines    *lines.Lines
	node     *node.Node
	state    state.SyncState
	group    state.GroupID
	arriving chan transport.Packet
}

type startRequest struct {
	Mode        string `json:"mode"`
	EpochMillis int    `json:"epoch_ms"`
	Own         string `json:"own"`
	Other       string `json:"other"`
	Group       string `json:"group"`
}

var errNotStarted = errors.New("the node is not started")

func main() {
	driver := lines.New()
	peer := &syncPeer{lines: driver, arriving: make(chan transport.Packet, 1024)}
	driver.Handle("start", peer.start)
	driver.Handle("append", peer.append)
	driver.Handle("deliver", peer.deliver)
	driver.Handle("pending", peer.pending)
	driver.Handle("encode", encode)
	driver.Handle("decode", decode)
	driver.Serve()
}

// start runs a node in a group of two.
func (p *syncPeer) start(params json.RawMessage) (interface{}, error) {
	var request startRequest
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	var own, other state.PeerID
	if err := fill(own[:], request.Own); err != nil {
		return nil, err
	}
	if err := fill(other[:], request.Other); err != nil {
		return nil, err
	}
	if err := fill(p.group[:], request.Group); err != nil {
		return nil, err
	}
	mode := node.BATCH
	if request.Mode == "interactive" {
		mode = node.INTERACTIVE
	}
	known := peers.NewMemoryPersistence()
	p.state = state.NewSyncState()
	p.node = node.NewNode(store.NewDummyStore(), p, p.state, nextEpoch, 0, own, mode, known, nil)
	if err := p.node.AddPeer(p.group, other); err != nil {
		return nil, err
	}
	delivered := p.node.Subscribe()
	go func() {
		for message := range delivered {
			p.lines.Emit("delivered", map[string]interface{}{"body": toHex(message.Body)})
		}
	}()
	p.node.Start(time.Duration(request.EpochMillis) * time.Millisecond)
	return true, nil
}

// nextEpoch is status-go's rule.
func nextEpoch(count uint64, epoch int64) int64 {
	return epoch + int64(count*2)
}

// Watch gives the node what was delivered to it.
func (p *syncPeer) Watch() transport.Packet {
	return <-p.arriving
}

// Send reports what the node sends.
func (p *syncPeer) Send(_, _ state.PeerID, payload protobuf.Payload) error {
	encoded, err := proto.Marshal(&payload)
	if err != nil {
		return err
	}
	p.lines.Emit("packet", map[string]interface{}{"payload": toHex(encoded)})
	return nil
}

func (p *syncPeer) append(params json.RawMessage) (interface{}, error) {
	var request struct {
		Body string `json:"body"`
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	if p.node == nil {
		return nil, errNotStarted
	}
	body, err := fromHex(request.Body)
	if err != nil {
		return nil, err
	}
	id, err := p.node.AppendMessage(p.group, body)
	return map[string]string{"id": toHex(id[:])}, err
}

func (p *syncPeer) deliver(params json.RawMessage) (interface{}, error) {
	var request struct {
		From    string `json:"from"`
		Payload string `json:"payload"`
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	encoded, err := fromHex(request.Payload)
	if err != nil {
		return nil, err
	}
	packet := transport.Packet{}
	if err := fill(packet.Sender[:], request.From); err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(encoded, &packet.Payload); err != nil {
		return nil, err
	}
	p.arriving <- packet
	return true, nil
}

// pending tells how many records of the sync state are left.
func (p *syncPeer) pending(json.RawMessage) (interface{}, error) {
	if p.node == nil {
		return nil, errNotStarted
	}
	records, err := p.state.All(p.node.CurrentEpoch())
	return map[string]int{"records": len(records)}, err
}

func fill(target []byte, text string) error {
	decoded, err := fromHex(text)
	if err == nil && len(decoded) != len(target) {
		err = errors.New("an id of the wrong length")
	}
	copy(target, decoded)
	return err
}

func toHex(bytes []byte) string {
	return "0x" + hex.EncodeToString(bytes)
}

func fromHex(text string) ([]byte, error) {
	return hex.DecodeString(strings.TrimPrefix(text, "0x"))
}
