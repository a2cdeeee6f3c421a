// Times vacp2p/mvds v0.0.23 with its memory store on the work that the Rust
// benches do, and prints a line `go NAME: FIGURE` for each. The names are those
// of the Rust benches. Two nodes in one process; figures are processor time of both.
package main

import (
	"fmt"
	"log"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/golang/protobuf/proto"
	"github.com/vacp2p/mvds/node"
	"github.com/vacp2p/mvds/peers"
	"github.com/vacp2p/mvds/protobuf"
	"github.com/vacp2p/mvds/state"
	"github.com/vacp2p/mvds/store"
	"github.com/vacp2p/mvds/transport"
)

// An epoch is short, so that waiting for one costs little of the figures.
const epoch = 2 * time.Millisecond

// Unacknowledged messages in the figures of a long backlog.
const backlog = 100_000

var group = state.GroupID{1}

// side is a node, and the transport that hands its payloads to the other.
type side struct {
	node     *node.Node
	state    state.SyncState
	id       state.PeerID
	other    *side
	arriving chan transport.Packet
	bytes    atomic.Int64
	received atomic.Int64
}

func (s *side) Watch() transport.Packet {
	return <-s.arriving
}

// Send carries bytes, as every transport would.
func (s *side) Send(sender, _ state.PeerID, payload protobuf.Payload) error {
	encoded, err := proto.Marshal(&payload)
	if err != nil || len(encoded) == 0 || s.other == nil {
		return err
	}
	s.bytes.Add(int64(len(encoded)))
	packet := transport.Packet{Sender: sender}
	if err := proto.Unmarshal(encoded, &packet.Payload); err != nil {
		return err
	}
	s.other.arriving <- packet
	return nil
}

// nextEpoch is status-go's rule.
func nextEpoch(count uint64, epoch int64) int64 {
	return epoch + int64(count*2)
}

func newSide(number byte) *side {
	made := &side{
		id:       state.PeerID{number},
		state:    state.NewSyncState(),
		arriving: make(chan transport.Packet, 1024),
	}
	known := peers.NewMemoryPersistence()
	// The epoch of a node that has run for an hour: nothing is repeated while we look.
	made.node = node.NewNode(store.NewDummyStore(), made, made.state, nextEpoch, 12_000, made.id, node.BATCH, known, nil)
	if err := made.node.AddPeer(group, state.PeerID{3 - number}); err != nil {
		log.Fatal(err)
	}
	delivered := made.node.Subscribe()
	go func() {
		for range delivered {
			made.received.Add(1)
		}
	}()
	return made
}

// cpu is the processor time that this process has used so far.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (s *side) append(count int) {
	body := make([]byte, 200)
	for i := 0; i < count; i++ {
		body := append([]byte(fmt.Sprintf("%08d", i)), body[8:]...)
		if _, err := s.node.AppendMessage(group, body); err != nil {
			log.Fatal(err)
		}
	}
}

func (s *side) pending() int {
	records, err := s.state.All(0)
	if err != nil {
		log.Fatal(err)
	}
	return len(records)
}

// burst measures messages that are appended at once, delivered and acknowledged.
func burst(count int) {
	sender, receiver := newSide(1), newSide(2)
	sender.other, receiver.other = receiver, sender
	sender.node.Start(epoch)
	receiver.node.Start(epoch)
	start := cpu()
	sender.append(count)
	for sender.pending() > 0 || receiver.received.Load() < int64(count) {
		time.Sleep(epoch)
	}
	spent := cpu() - start
	fmt.Printf("go mvds_burst_%d: %.0f ns\n", count, float64(spent)/float64(count))
	if count == 100 {
		wire := sender.bytes.Load() + receiver.bytes.Load()
		fmt.Printf("go mvds_wire: %d B\n", wire/int64(count))
	}
	sender.node.Stop()
	receiver.node.Stop()
}

// longBacklog measures an epoch and an acknowledgement with many messages unacknowledged.
func longBacklog() {
	sender := newSide(1)
	sender.append(backlog)
	sender.node.Start(epoch)
	// The first epoch sends everything; then there is nothing to do.
	time.Sleep(20 * epoch)
	start, first := cpu(), sender.node.CurrentEpoch()
	time.Sleep(time.Second)
	spent, epochs := cpu()-start, sender.node.CurrentEpoch()-first
	fmt.Printf("go mvds_idle_epoch: %.0f ns\n", float64(spent)/float64(epochs))

	records, err := sender.state.All(0)
	if err != nil {
		log.Fatal(err)
	}
	const acks = 20
	ids := make([][]byte, 0, acks)
	for i := 0; i < acks; i++ {
		id := records[i*1000].MessageID
		ids = append(ids, id[:])
	}
	before := cpu()
	for _, id := range ids {
		payload := protobuf.Payload{Acks: [][]byte{id}}
		sender.arriving <- transport.Packet{Sender: state.PeerID{2}, Payload: payload}
	}
	for sender.pending() > backlog-acks {
		time.Sleep(epoch)
	}
	fmt.Printf("go mvds_ack_among_100000: %.0f ns\n", float64(cpu()-before)/acks)
	sender.node.Stop()
}

func main() {
	for _, count := range []int{100, 1000, 10_000} {
		burst(count)
	}
	longBacklog()
}
